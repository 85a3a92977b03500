import type { Call, Port, Reply } from "@weft/weft/kind";
import type { Packet } from "../flow/mod.ts";
import { recordHandled } from "../kind/engine/mod.ts";
import { type Answer, isError, NONE } from "../value/mod.ts";

/** The context of a kind, as far as errors need it. */
interface ErrorContext {
  readonly ports: { readonly error: Port };
}

/** Sends an error by `error`. For handlers `{ receive }` and continuations; others return it. */
export function sendError(context: ErrorContext, call: Call, error: Error): Reply {
  recordHandled(context, call as Packet, context.ports.error, error);
  return call.send(context.ports.error, error);
}

/** Sends a result by `out`, an error by `error`, nothing by no port: what happens to what a handler returns. */
export function sendResult(
  context: ErrorContext & { readonly ports: { readonly out: Port } },
  call: Call,
  result: Answer,
): Reply {
  if (isError(result)) return sendError(context, call, result);
  return result === NONE ? NONE : call.send(context.ports.out, result);
}
