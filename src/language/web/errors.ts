import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Defines `DOMException`, as `atob`, `structuredClone` and `crypto` throw it, and the method `error()` of errors. */
export function errors(scope: RealmScope): void {
  const CODES: Record<string, number> = {
    InvalidCharacterError: 5,
    NotSupportedError: 9,
    SyntaxError: 12,
    InvalidAccessError: 15,
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

  /** Returns the message; kept for workflows that call it. */
  function error(this: Error): string {
    return this.message;
  }

  scope.errorTypes = new Map(
    [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) => [type.name, type]),
  );
  scope.webError = (message, name) => new DOMException(message, name);
  scope.expose("DOMException", DOMException);
  Object.defineProperty(Error.prototype, "error", { value: error, writable: true, configurable: true });
}
