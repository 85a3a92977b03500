import type { Attack, AttackRequest, RawRequest } from "../../tests/attacks/mod.ts";
import { wait } from "./engine.ts";
import { appliedSpecs, type Loading } from "./specs.ts";

/** What became of the requests of an attack. */
export interface Outcome {
  /** How often each status was answered; `no answer`, `no connection`. */
  answers: Record<string, number>;
  /** The slowest answer, in milliseconds. */
  slowest: number;
  /** What is wrong with that. */
  problem?: string;
}

/** How long an answer may take, in milliseconds: the limit of the listener, and what it takes to end what lasts longer. */
const PATIENCE = 8_000;
/** How long a request is repeated, in milliseconds. */
const REPEATED = 3_000;
/** How long a version may take to be accepted or rejected, in milliseconds. */
const APPLY_PATIENCE = 20_000;

/** Carries out an attack. */
export async function send(attack: Attack, index: number, loading: Loading): Promise<Outcome> {
  const { ports } = loading;
  const { request = {} } = attack;
  if (attack.applied === undefined) return await call(request, ports.web, `/attack/${index}`);
  const specs = appliedSpecs(attack, index, loading);
  const control = `http://127.0.0.1:${ports.control}/`;
  const outcome: Outcome = { answers: {}, slowest: 0 };
  const headers = { "content-type": "application/json" };
  const text = await ask(control, { method: "POST", headers, body: JSON.stringify(specs) }, APPLY_PATIENCE, outcome);
  const accepted = outcome.answers["200"] !== undefined || outcome.answers["201"] !== undefined;
  if (!accepted) return outcome;
  if (attack.applied === "rejected") outcome.problem = `was accepted: ${text.slice(0, 100)}`;
  const called = await call(request, ports.applied, "/");
  for (const [status, count] of Object.entries(called.answers)) outcome.answers[`called: ${status}`] = count;
  outcome.slowest = Math.max(outcome.slowest, called.slowest);
  outcome.problem ??= called.problem!;
  if (outcome.problem === undefined) delete outcome.problem;
  const names = specs.map(({ name }) => ({ name }));
  const removal = { method: "DELETE", headers, body: JSON.stringify(names) };
  await ask(control, removal, APPLY_PATIENCE, { answers: {}, slowest: 0 });
  return outcome;
}

async function call(request: AttackRequest | RawRequest, port: number, path: string): Promise<Outcome> {
  const outcome: Outcome = { answers: {}, slowest: 0 };
  if ("raw" in request) {
    const { connections = 1 } = request;
    await Promise.all(Array.from({ length: connections }, () => write(request, port, path)));
    return outcome;
  }
  const { method, path: rest = "", headers = {}, body, times = 1, repeats = 1, leaves } = request;
  const init: RequestInit = { method: method ?? (body === undefined ? "GET" : "POST"), headers };
  if (body !== undefined) init.body = body;
  const url = `http://127.0.0.1:${port}${path}${rest}`;
  const end = performance.now() + REPEATED;
  for (let n = 0; n < repeats && (n === 0 || performance.now() < end); n++) {
    await Promise.all(Array.from({ length: times }, () => ask(url, init, leaves ?? PATIENCE, outcome)));
  }
  if (leaves === undefined && outcome.answers["no answer"] !== undefined) outcome.problem = "was not answered in time";
  return outcome;
}

/** Sends a request. @returns The answer. */
async function ask(url: string, init: RequestInit, patience: number, outcome: Outcome): Promise<string> {
  const began = performance.now();
  let status: string;
  let text = "";
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(patience) });
    status = String(response.status);
    text = await response.text();
  } catch (error) {
    status = error instanceof Error && error.name === "TimeoutError" ? "no answer" : "no connection";
  }
  outcome.answers[status] = (outcome.answers[status] ?? 0) + 1;
  outcome.slowest = Math.max(outcome.slowest, performance.now() - began);
  return text;
}

/** Writes bytes to a connection, and closes it after a while, whatever comes back. */
async function write({ raw, open = 500 }: RawRequest, port: number, path: string): Promise<void> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const encoder = new TextEncoder();
    const written = (async () => {
      for (const part of raw) {
        let bytes = typeof part === "string" ? encoder.encode(part.replaceAll("{path}", path)) : part;
        while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
      }
    })();
    written.catch(() => {}); // it was closed
    await wait(open);
  } catch {
    // it was closed, or is not accepted
  }
}
