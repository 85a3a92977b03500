import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** `DOMException`, as far as `atob`, `structuredClone` and `crypto` throw it, and `error()` on every error. */
export function errors(scope: RealmScope): void {
  const CODES: Record<string, number> = {
    InvalidCharacterError: 5,
    TypeMismatchError: 17,
    QuotaExceededError: 22,
    DataCloneError: 25,
  };

  class DOMException extends Error {
    constructor(message: unknown = "", name: unknown = "Error") {
      super(String(message));
      Object.defineProperty(this, "name", { value: String(name), configurable: true });
      Object.defineProperty(this, "code", { value: CODES[String(name)] ?? 0, configurable: true });
    }
  }

  /** The message, as workflows have always asked for it. */
  function error(this: Error): string {
    return this.message;
  }

  scope.webError = (message, name) => new DOMException(message, name);
  scope.expose("DOMException", DOMException);
  Object.defineProperty(Error.prototype, "error", { value: error, writable: true, configurable: true });
}
