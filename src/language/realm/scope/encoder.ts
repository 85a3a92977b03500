import type { ErrorFields, RealmScope } from "./realm_scope.ts";

/**
 * Puts what a call returns in the transfer. Of the value's methods it calls only `toJSON` of an instance of a class.
 * Getters and a proxy's traps run as well, so encoding is part of the call.
 */
export function encoder(scope: RealmScope): void {
  const { transfer, tags } = scope;
  const { LIST, MAP, DATE, BYTES, ERROR, STREAM, LAZY, UNREAD } = tags;
  const { isArray } = Array;
  const { keys, getPrototypeOf } = Object;
  const objectPrototype = Object.prototype;
  const DEPTH = 200;
  const COUNT = 1_000_000;
  const SIZE = 16 * 1024 * 1024;
  const BIGGEST = 1 << 16; // bits of a bigint
  const CAUSES = 16;
  const BOXED = [Number, String, Boolean, BigInt];
  // As maps these, like all objects of built-in types, would be empty, which is never what the spec author means.
  const UNSUPPORTED: [prototype: object, what: string][] = [
    [Promise.prototype, "a promise; await it first"],
    [Iterator.prototype, "an iterator; spread it into a list first"],
    [getPrototypeOf(getPrototypeOf(async function* () {}).prototype), "an async iterator; use Array.fromAsync first"],
    [RegExp.prototype, "a regular expression; take its source"],
  ];
  const paramsText = URLSearchParams.prototype.toString;

  let at = 0;
  let call = 0;
  let valuesLeft = 0;
  let bytesLeft = 0;
  let causes = 0;
  const ancestors: object[] = []; // lists and maps around the current value; items beyond its depth are stale
  const path: (string | number)[] = [];

  scope.encodeValue = (value, number) => {
    begin(number);
    write(value, 0);
  };

  scope.encodeThrown = (thrown, number) => {
    begin(number);
    try {
      if (Error.isError(thrown)) writeError(thrown, 0);
      else writeThrownValue(thrown);
    } catch {
      // The error cannot be read: its fields throw, or are too large.
      begin(number);
      writeErrorHead(-1, scope.thrownFields("an error that cannot be read was thrown"));
      writeEmptyTail();
    }
  };

  function begin(number: number): void {
    at = 0;
    call = number;
    valuesLeft = COUNT;
    bytesLeft = SIZE;
    causes = 0;
  }

  function write(value: unknown, depth: number): void {
    if (--valuesLeft < 0) reject(`more than ${COUNT} values`, depth, "too_large");
    switch (typeof value) {
      case "string":
        reserve(value.length + 4, depth);
        transfer[at++] = value;
        return;
      case "number":
      case "boolean":
        reserve(8, depth);
        transfer[at++] = value;
        return;
      case "undefined":
        transfer[at++] = null;
        return;
      case "bigint":
        if (BigInt.asIntN(BIGGEST, value) !== value) reject("a bigint of more than 65536 bits", depth, "too_large");
        reserve(8, depth);
        transfer[at++] = value;
        return;
      case "object":
        if (value === null) transfer[at++] = null;
        else writeObject(value, depth);
        return;
      default:
        reject(`a ${typeof value}`, depth);
    }
  }

  function writeObject(value: object, depth: number): void {
    if (depth >= DEPTH) rejectDepth(value, depth);
    ancestors[depth] = value;
    if (isArray(value)) return writeList(value, depth);
    const prototype = getPrototypeOf(value);
    if (prototype !== objectPrototype && prototype !== null) return writeInstance(value, depth);
    const lazy = scope.findLazyMap(value);
    if (lazy !== undefined) return writeLazyMap(lazy, depth);
    writeMap(value as Record<string, unknown>, depth);
  }

  function writeList(list: readonly unknown[], depth: number, count = list.length): void {
    if (count > valuesLeft) reject(`more than ${COUNT} values`, depth, "too_large");
    transfer[at++] = LIST;
    transfer[at++] = count;
    for (let i = 0; i < count; i++) {
      path[depth] = i;
      write(list[i], depth + 1);
    }
  }

  /** Omits fields that are undefined, as JSON does. */
  function writeMap(map: Record<string, unknown>, depth: number): void {
    const names = keys(map);
    // Math, Intl and the like
    if (names.length === 0 && scope.builtIns.has(map)) reject(namespaceOf(map), depth);
    transfer[at++] = MAP;
    const counter = at++;
    let count = 0;
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      path[depth] = name;
      const value = map[name];
      if (value === undefined) continue;
      reserve(name.length + 4, depth);
      transfer[at++] = name;
      write(value, depth + 1);
      count++;
    }
    transfer[counter] = count;
  }

  type Lazy = NonNullable<ReturnType<RealmScope["findLazyMap"]>>;

  function writeLazyMap({ index, fields, unread }: Lazy, depth: number): void {
    if (unread.length === 0) return writeMap(fields, depth);
    const names = keys(fields).filter((name) => fields[name] !== undefined);
    transfer[at++] = LAZY;
    transfer[at++] = index;
    transfer[at++] = names.length;
    for (const name of names) {
      path[depth] = name;
      reserve(name.length + 4, depth);
      transfer[at++] = name;
      if (unread.some((field) => field.name === name)) transfer[at++] = UNREAD;
      else write(fields[name], depth + 1);
    }
  }

  /** Writes an instance of a class: as the value that it represents, otherwise as a map of its fields. */
  function writeInstance(value: object, depth: number): void {
    if (Error.isError(value)) return writeError(value, depth);
    const ticket = scope.ticketOfToken(value, call);
    if (ticket !== undefined) {
      if (ticket < 0) reject("a stream of an earlier call", depth);
      transfer[at++] = STREAM;
      transfer[at++] = ticket;
      return;
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return writeBytes(value, depth);
    if (value instanceof Date) {
      transfer[at++] = DATE;
      transfer[at++] = Date.prototype.getTime.call(value);
      return;
    }
    if (value instanceof URLSearchParams) return write(Reflect.apply(paramsText, value, []), depth);
    if (value instanceof Map) return writeEntries(spread(Map.prototype.entries.call(value), depth), depth);
    if (value instanceof Set) return writeList(spread(Set.prototype.values.call(value), depth), depth);
    for (const type of BOXED) {
      if (value instanceof type) return write(Reflect.apply(type.prototype.valueOf, value, []), depth);
    }
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return write(Reflect.apply(toJSON, value, [path[depth - 1] ?? ""]), depth);
    rejectBuiltIn(value, depth);
    writeMap(value as Record<string, unknown>, depth);
  }

  /** Rejects an object of a built-in type that represents no value. */
  function rejectBuiltIn(value: object, depth: number): void {
    for (let at = getPrototypeOf(value); at !== null && at !== objectPrototype; at = getPrototypeOf(at)) {
      if (!scope.builtIns.has(at)) continue;
      for (let up = at; up !== null; up = getPrototypeOf(up)) {
        const known = UNSUPPORTED.find(([prototype]) => prototype === up);
        if (known !== undefined) reject(known[1], depth);
      }
      reject(nameOf(at), depth);
    }
  }

  /** Names a built-in object that is no function. */
  function namespaceOf(value: object): string {
    const tag = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value;
    return typeof tag === "string" ? tag : "a built-in object";
  }

  /** Describes an object of a built-in type by its prototype. */
  function nameOf(prototype: object): string {
    if (prototype === globalThis) return "the global object";
    const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
    const name = typeof tag === "string" ? tag : String(prototype.constructor.name);
    return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
  }

  function spread<T>(items: Iterable<T>, depth: number): T[] {
    const list: T[] = [];
    for (const item of items) {
      if (list.length >= valuesLeft) reject(`more than ${COUNT} values`, depth, "too_large");
      list.push(item);
    }
    return list;
  }

  /** Writes a map if every key is a string, otherwise a list of pairs. */
  function writeEntries(entries: readonly [unknown, unknown][], depth: number): void {
    if (!entries.every(([key]) => typeof key === "string")) return writeList(entries, depth);
    transfer[at++] = MAP;
    transfer[at++] = entries.length;
    for (const [name, value] of entries as readonly [string, unknown][]) {
      path[depth] = name;
      reserve(name.length + 4, depth);
      transfer[at++] = name;
      write(value, depth + 1);
    }
  }

  /** Writes bytes, or a list for a typed array of larger items. */
  function writeBytes(value: ArrayBuffer | ArrayBufferView, depth: number): void {
    const isView = ArrayBuffer.isView(value);
    if (isView && !/^(Uint8|DataView)/.test(scope.typeOfView(value))) {
      return writeList(value as unknown as readonly unknown[], depth, scope.lengthOfArray(value));
    }
    const bytes = scope.bytesOf(value);
    reserve(bytes.length, depth);
    transfer[at++] = BYTES;
    transfer[at++] = bytes.slice();
  }

  function writeError(error: Error, depth: number): void {
    writeErrorHead(scope.indexOfReceivedError(error), scope.errorFields(error));
    if (++causes > CAUSES) return writeEmptyTail();
    attempt(() => writeDetails(detailsOf(error), depth));
    attempt(() => writeCause(error.cause, depth));
    const errors = error instanceof AggregateError ? error.errors : undefined;
    const count = isArray(errors) ? Math.min(errors.length, CAUSES) : -1;
    transfer[at++] = count;
    for (let i = 0; i < count; i++) attempt(() => writeCause(errors![i], depth));
  }

  /** Writes a thrown value that is not an error: its string as the message, the value itself as the details. */
  function writeThrownValue(thrown: unknown): void {
    writeErrorHead(-1, scope.thrownFields(thrown));
    attempt(() => writeDetails(typeof thrown === "object" && thrown !== null ? thrown : undefined, 0));
    transfer[at++] = undefined;
    transfer[at++] = -1;
  }

  function writeErrorHead(index: number, { name, message, code, stack }: ErrorFields): void {
    transfer[at++] = ERROR;
    transfer[at++] = index;
    transfer[at++] = name;
    transfer[at++] = message;
    transfer[at++] = code;
    transfer[at++] = stack;
  }

  function writeEmptyTail(): void {
    transfer[at++] = undefined;
    transfer[at++] = undefined;
    transfer[at++] = -1;
  }

  /** Returns the details of an error, with its `status` if that is one to answer with and the details have none. */
  function detailsOf(error: Error): unknown {
    const { status, details } = error as { status?: unknown; details?: unknown };
    if (typeof status !== "number" || status % 1 !== 0 || !(status >= 400 && status <= 599)) return details;
    if (details === undefined) return { status };
    const isPlain = typeof details === "object" && details !== null && getPrototypeOf(details) === objectPrototype;
    return isPlain ? { status, ...details } : details;
  }

  function writeDetails(details: unknown, depth: number): void {
    if (details === undefined) transfer[at++] = undefined;
    else write(details, depth + 1);
  }

  function writeCause(cause: unknown, depth: number): void {
    if (cause === undefined) transfer[at++] = undefined;
    else if (Error.isError(cause)) writeError(cause, depth + 1);
    else transfer[at++] = scope.causeText(cause);
  }

  /** Leaves out a part of an error that cannot be written, rather than losing the error. */
  function attempt(writePart: () => void): void {
    const start = at;
    try {
      writePart();
    } catch {
      at = start;
      transfer[at++] = undefined;
    }
  }

  function reserve(size: number, depth: number): void {
    bytesLeft -= size;
    if (bytesLeft < 0) reject("more than 16 MiB", depth, "too_large");
  }

  function rejectDepth(value: object, depth: number): never {
    ancestors[depth] = value;
    for (let i = 0; i < depth; i++) {
      const again = ancestors.indexOf(ancestors[i]!, i + 1);
      if (again >= 0 && again <= depth) reject("a value that contains itself", again);
    }
    reject(`more than ${DEPTH} levels`, depth, "too_large");
  }

  function reject(what: string, depth: number, code = "not_a_value"): never {
    const error = new TypeError(`a snippet cannot return ${what}${scope.formatPath(path, depth)}`);
    throw Object.assign(error, { code });
  }
}
