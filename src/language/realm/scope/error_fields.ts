import type { RealmScope } from "./realm_scope.ts";

/** Reads the fields of errors and other thrown values as strings of limited length, and formats paths into a value. */
export function errorFields(scope: RealmScope): void {
  const NAME = 200;
  const MESSAGE = 64 * 1024;
  const STACK = 8192;

  scope.errorFields = (error) => {
    const { name, message, code, stack } = error as Error & { code?: unknown };
    return {
      name: shortened(name, NAME),
      message: shortened(message, MESSAGE),
      code: code === undefined || code === null ? undefined : shortened(code, NAME),
      stack: shortened(stack, STACK),
    };
  };

  scope.thrownFields = (thrown) => {
    const { message, code } = (thrown ?? {}) as { message?: unknown; code?: unknown };
    const text = [thrown, message].find((part) => typeof part === "string") ?? `thrown: ${scope.inspect(thrown)}`;
    return {
      name: "Error",
      message: shortened(text, MESSAGE),
      code: typeof code === "string" ? shortened(code, NAME) : undefined,
      stack: "",
    };
  };

  scope.causeText = (cause) => shortened(typeof cause === "string" ? cause : scope.inspect(cause), STACK);

  scope.formatPath = (path, depth) => {
    let place = "";
    for (let i = 0; i < depth; i++) {
      if (place.length > 200) return ` at ${place}...`;
      const step = path[i]!;
      place += typeof step === "number"
        ? `[${step}]`
        : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step)
        ? `${place === "" ? "" : "."}${step}`
        : `[${JSON.stringify(step.slice(0, 100))}]`;
    }
    return place === "" ? "" : ` at ${place}`;
  };

  function shortened(value: unknown, length: number): string {
    const text = typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
    return text.length > length ? `${text.slice(0, length)}...` : text;
  }
}
