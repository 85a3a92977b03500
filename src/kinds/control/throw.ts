import { z } from "zod";
import type { Kind } from "../../flow/mod.ts";
import { failure, isError, isList, type Value } from "../../value/mod.ts";

/** Answers with an error made of its payload. */
export const throwKind: Kind = {
  name: "throw",
  summary: "Answers with an error made of the payload: of a list, each item is the cause of the one before it.",
  fields: z.object({}),
  ports: { in: ["in"], out: [] },
  prepare: () => ({ node: { receive: (packet) => errorOf(packet.payload) } }),
};

function errorOf(payload: Value): Error {
  if (isError(payload)) return payload;
  const messages = (isList(payload) ? payload : [payload]).filter((item) => item !== null);
  // the first item is the innermost cause, and each message names its cause's as well
  let error: Error | undefined;
  for (const item of messages) {
    if (isError(item)) {
      error = item;
      continue;
    }
    const message = textOf(item);
    error = error === undefined ? failure(message) : failure(`${message}: ${error.message}`, { cause: error });
  }
  return error ?? failure("thrown: null");
}

function textOf(value: Value): string {
  return typeof value === "string" ? value : value instanceof Date ? value.toISOString() : JSON.stringify(value) ?? "";
}
