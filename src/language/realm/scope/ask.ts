import type { Platform } from "../platform.ts";
import type { RealmScope } from "./realm_scope.ts";

/** Asks the engine's platform. Its function is the only one from outside, and stays in here. */
export function ask(scope: RealmScope): void {
  let platform: Platform | undefined;

  scope.connect = (given) => {
    platform = given;
  };

  scope.ask = (question, text, bytes) => {
    let answer: string | undefined;
    try {
      answer = platform!(question, text, bytes);
    } catch {
      // Where the stack ends, the error is one of the engine's.
      throw new RangeError("Maximum call stack size exceeded");
    }
    return typeof answer === "string" ? answer : undefined;
  };
}
