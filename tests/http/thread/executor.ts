// A thread as snippets run on: nothing permitted, and on its global nothing but the language.
import { workerData } from "node:worker_threads";
import { lockDownGlobal } from "../../../src/executor/lockdown.ts";
import { findHeader } from "../../../src/http/header.ts";
import { compileRoutes, encodeResponse, requestPayload } from "../../../src/http/mod.ts";
import { type Answer, asError, type Failure, type Value } from "../../../src/value/mod.ts";

/** A request, and what to answer it with: a part of its payload, or else the value. */
export interface Job {
  request: Parameters<typeof requestPayload>[0];
  read?: string;
  answer?: Value;
}

/** What came of a job: the value that was read or why not, its response, and where a router sends it. */
export interface Outcome {
  value?: Value;
  error?: string;
  status: number;
  headers: readonly string[];
  body: unknown;
  match: unknown;
}

const { port } = workerData as { port: MessagePort };
const permissions = ["read", "net", "env", "run", "write", "sys", "ffi"] as const;
const granted = permissions.filter((name) => Deno.permissions.querySync({ name }).state === "granted");

lockDownGlobal();
const web = ["Deno", "TextDecoder", "TextEncoder", "URL", "Headers", "DecompressionStream", "FormData", "atob"];
const left = web.filter((name) => (globalThis as Record<string, unknown>)[name] !== undefined);

const router = compileRoutes([{ method: "GET", path: "/caf%C3%A9/:id", port: "out[0]" }]);

port.onmessage = ({ data }) => port.postMessage((data as Job[]).map(run));
port.postMessage({ granted, left });

function run({ request, read, answer = null }: Job): Outcome {
  const payload = requestPayload(request);
  const outcome: { value?: Value; error?: string } = {};
  let answered: Answer = answer;
  if (read !== undefined) {
    try {
      answered = outcome.value = payload[read]!;
    } catch (error) {
      answered = asError(error) as Failure;
      outcome.error = answered.message;
    }
  }
  const accept = findHeader(request.headers, "accept");
  const { status, headers, body } = encodeResponse(answered, { method: request.method, accept }, { process: "p" });
  return { ...outcome, status, headers, body, match: router.match(request.method, payload.path as string) };
}
