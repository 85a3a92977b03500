import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Process } from "../../flow/mod.ts";
import { isResponse } from "../../http/mod.ts";
import { isError, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { respondTo } from "./exchange.ts";

const fields = z.object({
  status: z.int().min(200).max(599).optional().describe("The status. Default that of the payload, or 200."),
  header: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional().describe(
    "Headers, besides those of the payload.",
  ),
  body: z.any().optional().describe("The body; null for none. Default that of the payload, or the payload itself."),
});

/** Responds to the request of a process before the process has ended. */
export const respond: Kind = defineKind({
  name: "respond",
  summary: "Responds to the request at once, and passes the packet on: what follows does not change the response.",
  place: "host",
  effect: "once",
  fields,
  fieldAliases: { headers: "header" },
  ports: { in: ["in"], out: ["out", "error"] },
  about: "It may stand anywhere behind a listener, also in a fork. The payload is the response, as the answer of a " +
    "workflow would be: a map of status, header and body, or a body. The fields take precedence. What the workflow " +
    "answers afterwards is not sent, and an error of it is logged.\n\n" +
    "The process goes on until it has ended, within its time limit, also when the client has gone away after its response. " +
    "What the process has to commit is committed at its end, after the response.",
  portSummaries: { out: "The packet, as it came.", error: "Why there is no response." },
  errors: {
    not_found: "The process was not opened by a request.",
    conflict: "The request was answered already.",
    bad_response: "The response cannot be sent.",
  },
  examples: [
    { title: "Accept a request and go on", spec: { kind: "respond", status: 202, body: { accepted: true } } },
    { title: "Send the payload", spec: { kind: "respond" } },
  ],
  prepare: ({ fields }) => ({
    in: (payload, call) => respondTo((call.process as Process).root, responseOf(payload, fields)) ?? payload,
  }),
});

/** Returns the response that the payload and the fields make. */
function responseOf(payload: Value, { status, header, body }: z.infer<typeof fields>): Value {
  if (status === undefined && header === undefined && body === undefined) return payload;
  if (isError(payload) && body === undefined) return payload;
  const given: ValueMap = isResponse(payload) ? payload : { body: payload };
  const headers = { ...isMap(given.header ?? null) ? given.header as ValueMap : {}, ...header };
  return {
    status: status ?? given.status ?? 200,
    ...Object.keys(headers).length > 0 && { header: headers },
    body: body === undefined ? given.body ?? null : body as Value,
  };
}
