import type { ErrorFields, RealmScope } from "./realm_scope.ts";

/**
 * Writes what a call answers on the marshal. It calls none of the value's methods but `toJSON` of an instance of a class;
 * getters and a proxy's traps it cannot avoid, so it runs within the call.
 */
export function encoder(scope: RealmScope): void {
  const { marshal, tags } = scope;
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
  // Writing them as maps would answer an empty one, which nobody means.
  const NO_VALUES: [abstract new (...args: never[]) => unknown, string][] = [
    [Promise, "a promise; await it first"],
    [Iterator, "an iterator; spread it into a list first"],
    [RegExp, "a regular expression; take its source"],
    [WeakMap, "a WeakMap"],
    [WeakSet, "a WeakSet"],
  ];

  let at = 0;
  let call = 0;
  let left = 0;
  let room = 0;
  let causes = 0;
  const within: object[] = []; // the lists and maps around what is being written; deeper items are of earlier ones
  const path: (string | number)[] = [];

  scope.encodeValue = (value, number) => {
    begin(number);
    write(value, 0);
  };

  scope.writeThrown = (thrown, number) => {
    begin(number);
    try {
      if (Error.isError(thrown)) writeError(thrown, 0);
      else writeNoError(thrown);
    } catch {
      // The error itself cannot be read: its fields throw, or there is no room for them.
      begin(number);
      writeRecord(-1, scope.thrownFields("an error that cannot be read was thrown"));
      writeEnd();
    }
  };

  function begin(number: number): void {
    at = 0;
    call = number;
    left = COUNT;
    room = SIZE;
    causes = 0;
  }

  function write(value: unknown, depth: number): void {
    if (--left < 0) refuse(`more than ${COUNT} values`, depth, "too_large");
    switch (typeof value) {
      case "string":
        take(value.length + 4, depth);
        marshal[at++] = value;
        return;
      case "number":
      case "boolean":
        take(8, depth);
        marshal[at++] = value;
        return;
      case "undefined":
        marshal[at++] = null;
        return;
      case "bigint":
        if (BigInt.asIntN(BIGGEST, value) !== value) refuse("a bigint of more than 65536 bits", depth, "too_large");
        take(8, depth);
        marshal[at++] = value;
        return;
      case "object":
        if (value === null) marshal[at++] = null;
        else writeObject(value, depth);
        return;
      default:
        refuse(`a ${typeof value}`, depth);
    }
  }

  function writeObject(value: object, depth: number): void {
    if (depth >= DEPTH) refuseDepth(value, depth);
    within[depth] = value;
    if (isArray(value)) return writeList(value, depth);
    const prototype = getPrototypeOf(value);
    if (prototype !== objectPrototype && prototype !== null) return writeInstance(value, depth);
    const lazy = scope.findLazyMap(value);
    if (lazy !== undefined) return writeLazyMap(lazy, depth);
    writeMap(value as Record<string, unknown>, depth);
  }

  function writeList(list: readonly unknown[], depth: number): void {
    const count = list.length;
    if (count > left) refuse(`more than ${COUNT} values`, depth, "too_large");
    marshal[at++] = LIST;
    marshal[at++] = count;
    for (let i = 0; i < count; i++) {
      path[depth] = i;
      write(list[i], depth + 1);
    }
  }

  /** A field that is undefined is left out, as in JSON. */
  function writeMap(map: Record<string, unknown>, depth: number): void {
    const names = keys(map);
    marshal[at++] = MAP;
    const counter = at++;
    let count = 0;
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      path[depth] = name;
      const value = map[name];
      if (value === undefined) continue;
      take(name.length + 4, depth);
      marshal[at++] = name;
      write(value, depth + 1);
      count++;
    }
    marshal[counter] = count;
  }

  type Lazy = NonNullable<ReturnType<RealmScope["findLazyMap"]>>;

  function writeLazyMap({ index, fields, unread }: Lazy, depth: number): void {
    if (unread.length === 0) return writeMap(fields, depth);
    const names = keys(fields).filter((name) => fields[name] !== undefined);
    marshal[at++] = LAZY;
    marshal[at++] = index;
    marshal[at++] = names.length;
    for (const name of names) {
      path[depth] = name;
      take(name.length + 4, depth);
      marshal[at++] = name;
      if (unread.some((field) => field.name === name)) marshal[at++] = UNREAD;
      else write(fields[name], depth + 1);
    }
  }

  /** An object of a class: what it stands for, or else its fields as a map. */
  function writeInstance(value: object, depth: number): void {
    if (Error.isError(value)) return writeError(value, depth);
    const ticket = scope.ticketOfToken(value, call);
    if (ticket !== undefined) {
      if (ticket < 0) refuse("a stream of an earlier call", depth);
      marshal[at++] = STREAM;
      marshal[at++] = ticket;
      return;
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return writeBytes(value, depth);
    if (value instanceof Date) {
      marshal[at++] = DATE;
      marshal[at++] = Date.prototype.getTime.call(value);
      return;
    }
    if (value instanceof Map) return writeEntries(spread(Map.prototype.entries.call(value), depth), depth);
    if (value instanceof Set) return writeList(spread(Set.prototype.values.call(value), depth), depth);
    for (const type of BOXED) {
      if (value instanceof type) return write(Reflect.apply(type.prototype.valueOf, value, []), depth);
    }
    for (const [type, what] of NO_VALUES) if (value instanceof type) refuse(what, depth);
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return write(Reflect.apply(toJSON, value, [path[depth - 1] ?? ""]), depth);
    writeMap(value as Record<string, unknown>, depth);
  }

  function spread<T>(items: Iterable<T>, depth: number): T[] {
    const list: T[] = [];
    for (const item of items) {
      if (list.length >= left) refuse(`more than ${COUNT} values`, depth, "too_large");
      list.push(item);
    }
    return list;
  }

  /** A list of pairs, unless every key is a text. */
  function writeEntries(entries: readonly [unknown, unknown][], depth: number): void {
    if (!entries.every(([key]) => typeof key === "string")) return writeList(entries, depth);
    marshal[at++] = MAP;
    marshal[at++] = entries.length;
    for (const [name, value] of entries as readonly [string, unknown][]) {
      path[depth] = name;
      take(name.length + 4, depth);
      marshal[at++] = name;
      write(value, depth + 1);
    }
  }

  /** Bytes; a typed array whose items are no bytes is a list. */
  function writeBytes(value: ArrayBuffer | ArrayBufferView, depth: number): void {
    const isView = ArrayBuffer.isView(value);
    const isList = isView && !(value instanceof DataView) && !/^Uint8/.test((value as Uint8Array)[Symbol.toStringTag]);
    if (isList) return writeList(value as unknown as readonly unknown[], depth);
    take(value.byteLength, depth);
    marshal[at++] = BYTES;
    marshal[at++] = isView
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice()
      : new Uint8Array(value).slice();
  }

  function writeError(error: Error, depth: number): void {
    writeRecord(scope.indexOfGivenError(error), scope.errorFields(error));
    if (++causes > CAUSES) return writeEnd();
    attempt(() => writeDetails((error as { details?: unknown }).details, depth));
    attempt(() => writeCause(error.cause, depth));
    const errors = error instanceof AggregateError ? error.errors : undefined;
    const count = isArray(errors) ? Math.min(errors.length, CAUSES) : -1;
    marshal[at++] = count;
    for (let i = 0; i < count; i++) attempt(() => writeCause(errors![i], depth));
  }

  /** What was thrown though it is no error: its text, and itself as the details. */
  function writeNoError(thrown: unknown): void {
    writeRecord(-1, scope.thrownFields(thrown));
    attempt(() => writeDetails(typeof thrown === "object" && thrown !== null ? thrown : undefined, 0));
    marshal[at++] = undefined;
    marshal[at++] = -1;
  }

  function writeRecord(index: number, { name, message, code, stack }: ErrorFields): void {
    marshal[at++] = ERROR;
    marshal[at++] = index;
    marshal[at++] = name;
    marshal[at++] = message;
    marshal[at++] = code;
    marshal[at++] = stack;
  }

  function writeEnd(): void {
    marshal[at++] = undefined;
    marshal[at++] = undefined;
    marshal[at++] = -1;
  }

  function writeDetails(details: unknown, depth: number): void {
    if (details === undefined) marshal[at++] = undefined;
    else write(details, depth + 1);
  }

  function writeCause(cause: unknown, depth: number): void {
    if (cause === undefined) marshal[at++] = undefined;
    else if (Error.isError(cause)) writeError(cause, depth + 1);
    else marshal[at++] = scope.causeText(cause);
  }

  /** A part of an error that cannot be written is left out: the error is worth more than the part. */
  function attempt(writePart: () => void): void {
    const start = at;
    try {
      writePart();
    } catch {
      at = start;
      marshal[at++] = undefined;
    }
  }

  function take(size: number, depth: number): void {
    room -= size;
    if (room < 0) refuse("more than 16 MiB", depth, "too_large");
  }

  function refuseDepth(value: object, depth: number): never {
    within[depth] = value;
    for (let i = 0; i < depth; i++) {
      const again = within.indexOf(within[i]!, i + 1);
      if (again >= 0 && again <= depth) refuse("a value that contains itself", again);
    }
    refuse(`more than ${DEPTH} levels`, depth, "too_large");
  }

  function refuse(what: string, depth: number, code = "not_a_value"): never {
    const error = new TypeError(`a snippet cannot answer with ${what}${scope.placeOf(path, depth)}`);
    throw Object.assign(error, { code });
  }
}
