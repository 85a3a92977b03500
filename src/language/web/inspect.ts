import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Formats values for a person, in JavaScript's notation. It calls no getters, but cannot avoid a proxy's traps. */
export function inspect(scope: RealmScope): void {
  const DEPTH = 4;
  const ITEMS = 100;
  const LENGTH = 8192;
  const BOXED = [Number, String, Boolean, BigInt, Symbol];

  scope.inspect = (value) => {
    const text = show(value, []);
    return text.length > LENGTH ? `${text.slice(0, LENGTH)}...` : text;
  };

  function show(value: unknown, within: readonly object[]): string {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value.length > LENGTH ? `${value.slice(0, LENGTH)}...` : value);
      case "bigint":
        return `${value}n`;
      case "number":
        return Object.is(value, -0) ? "-0" : String(value);
      case "function":
      case "object":
        if (value === null) return "null";
        try {
          return showObject(value, within);
        } catch {
          return "<unreadable>";
        }
      default:
        return String(value); // undefined, boolean, symbol
    }
  }

  function showObject(value: object, within: readonly object[]): string {
    if (typeof value === "function") {
      const name = dataOf(value, "name");
      return `[Function: ${typeof name === "string" && name !== "" ? name : "(anonymous)"}]`;
    }
    if (within.includes(value)) return "[Circular]";
    const type = typeOf(value);
    if (within.length >= DEPTH) return `[${type}]`;
    const inner = [...within, value];
    if (Error.isError(value)) return showError(value, inner);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return RegExp.prototype.toString.call(value);
    if (Array.isArray(value)) return joined(type === "Array" ? "" : `${type} `, "[", listed(value, inner), "]");
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const items = value as unknown as readonly number[];
      return joined(`${type}(${items.length}) `, "[", listed(items, inner), "]");
    }
    if (value instanceof Map) {
      const items = [...Map.prototype.entries.call(value).take(ITEMS)];
      const rows = items.map(([key, item]) => `${show(key, inner)} => ${show(item, inner)}`);
      return joined(`${type}(${value.size}) `, "{", rows, "}");
    }
    if (value instanceof Set) {
      const items = [...Set.prototype.values.call(value).take(ITEMS)];
      return joined(`${type}(${value.size}) `, "{", items.map((item) => show(item, inner)), "}");
    }
    for (const boxed of BOXED) {
      if (value instanceof boxed) return `[${type}: ${show(Reflect.apply(boxed.prototype.valueOf, value, []), inner)}]`;
    }
    if (value instanceof URL || value instanceof URLSearchParams) return `${type} { ${JSON.stringify(String(value))} }`;
    return joined(type === "Object" ? "" : `${type} `, "{", fieldsOf(value, inner), "}");
  }

  function showError(error: Error, inner: readonly object[]): string {
    const stack = dataOf(error, "stack");
    const name = dataOf(error, "name") ?? typeOf(error);
    const head = typeof stack === "string"
      ? stack.split("\n    at ")[0]!
      : `${name}: ${dataOf(error, "message") ?? ""}`;
    const rows = fieldsOf(error, inner).filter((row) => !row.startsWith("stack: "));
    const cause = dataOf(error, "cause");
    if (cause !== undefined) rows.push(`cause: ${show(cause, inner)}`);
    return rows.length === 0 ? head : `${head} { ${rows.join(", ")} }`;
  }

  function fieldsOf(value: object, inner: readonly object[]): string[] {
    const rows: string[] = [];
    for (const key of Object.keys(value).slice(0, ITEMS)) {
      const field = Object.getOwnPropertyDescriptor(value, key);
      if (field === undefined) continue;
      const text = "value" in field ? show(field.value, inner) : field.get === undefined ? "[Setter]" : "[Getter]";
      rows.push(`${/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : JSON.stringify(key)}: ${text}`);
    }
    return rows;
  }

  function listed(items: ArrayLike<unknown>, inner: readonly object[]): string[] {
    const rows: string[] = [];
    for (let i = 0; i < items.length && i < ITEMS; i++) {
      const item = Object.getOwnPropertyDescriptor(items, i);
      rows.push(item === undefined ? "<empty>" : "value" in item ? show(item.value, inner) : "[Getter]");
    }
    if (items.length > ITEMS) rows.push(`... ${items.length - ITEMS} more items`);
    return rows;
  }

  function joined(head: string, open: string, rows: readonly string[], close: string): string {
    return rows.length === 0 ? `${head}${open}${close}` : `${head}${open} ${rows.join(", ")} ${close}`;
  }

  function typeOf(value: object): string {
    for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
      const field = Object.getOwnPropertyDescriptor(at, "constructor");
      const get = field?.get;
      const type = get !== undefined && scope.isOverrideGetter(get) ? get.call(at) : field?.value;
      const name = typeof type === "function" ? dataOf(type, "name") : undefined;
      if (typeof name === "string" && name !== "") return name;
    }
    return "[Object: null prototype]";
  }

  function dataOf(value: object, key: string): unknown {
    const field = Object.getOwnPropertyDescriptor(value, key);
    if (field === undefined) return undefined;
    // In V8 the stack is an accessor, the same one for all errors.
    return "value" in field ? field.value : key === "stack" ? (value as Error).stack : undefined;
  }
}
