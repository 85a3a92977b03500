import type { Environment } from "cel-js";
import { causes, Stream } from "../../value/mod.ts";
import { define } from "./define.ts";

/**
 * Errors as expressions see them: `self == "text"` holds if the error or one of those behind it has exactly that
 * message, `string(self)` is the message, `self.message` and the other fields can be read. And streams, which can only be passed on.
 */
export function registerErrors(environment: Environment): void {
  environment.registerType("error", {
    ctor: Error,
    fields: { message: "string", name: "string", code: "dyn", cause: "dyn", details: "dyn", errors: "dyn" },
  });
  const says = (error: Error, message: string) => causes(error).some((inner) => inner.message === message);
  environment.registerOperator("error == string: bool", says);
  environment.registerOperator("error == error: bool", (a: Error, b: Error) => says(a, b.message));
  define(environment, "string(error): string", (error: Error) => error.message);

  environment.registerType("stream", { ctor: Stream, fields: {} });
}
