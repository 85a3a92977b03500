import type { Environment } from "cel-js";
import { causes, Stream } from "../../value/mod.ts";
import { define } from "./define.ts";

/**
 * Registers errors and streams. `self == "text"` is true if the error or one of its causes has exactly that message,
 * `string(self)` is the message, and `self.message` and the other fields can be read. A stream has no fields.
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
