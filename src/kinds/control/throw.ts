import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { failure, isError, isList, type Value } from "../../value/mod.ts";

/** Answers with an error made of its payload. */
export const throwKind: Kind = defineKind({
  name: "throw",
  summary: "Answers with an error made of the payload: of a list, each item is the cause of the one before it.",
  fields: z.object({}),
  ports: { in: ["in"], out: [] },
  about:
    "A string is the message of the error, an error stays as it is, anything else becomes JSON. Behind a listener an " +
    "error is a 500; see [requests and responses](../requests.md).",
  examples: [{ title: "Fail", spec: { kind: "throw" } }],
  prepare: () => ({ in: (payload) => errorOf(payload) }),
});

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
