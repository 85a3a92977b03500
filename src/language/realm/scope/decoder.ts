import type { RealmScope } from "./realm_scope.ts";

/** Builds the realm's copy of what the engine has written on the marshal. */
export function decoder(scope: RealmScope): void {
  const { marshal, tags, setField } = scope;
  const { LIST, MAP, DATE, BYTES, ERROR, STREAM, LAZY, RAW, BROKEN } = tags;
  const ERRORS = new Map<unknown, ErrorConstructor>(
    [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) => [type.name, type]),
  );
  const LONG = 1024; // cells; a longer marshal is not kept
  let at = 0;
  let call = 0;
  let given: WeakMap<object, number> | undefined;

  scope.decodeValue = (number) => {
    at = 0;
    call = number;
    const value = read();
    if (at > LONG) marshal.length = 0;
    return value;
  };

  scope.indexOfGivenError = (error) => given?.get(error) ?? -1;

  scope.forgetGivenErrors = () => {
    given = undefined;
  };

  function read(): unknown {
    const cell = marshal[at++];
    if (typeof cell !== "symbol") return cell;
    switch (cell) {
      case LIST: {
        const count = marshal[at++] as number;
        const list: unknown[] = [];
        for (let i = 0; i < count; i++) list.push(read());
        return list;
      }
      case MAP:
        return readMap();
      case BYTES:
        return marshal[at++];
      case DATE:
        return new Date(marshal[at++] as number);
      case ERROR:
        return readError();
      case STREAM:
        return scope.streamToken(call, marshal[at++] as number);
      case LAZY:
        return readLazyMap();
    }
    throw new Error("the marshal is out of step");
  }

  function readMap(): Record<string, unknown> {
    const count = marshal[at++] as number;
    const map: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = marshal[at++] as string;
      setField(map, key, read());
    }
    return map;
  }

  function readError(): Error {
    const index = marshal[at++] as number;
    const name = marshal[at++];
    const message = marshal[at++] as string;
    const code = marshal[at++];
    at++; // the position is the engine's
    const details = read();
    const cause = read();
    const count = marshal[at++] as number;
    const errors: unknown[] = [];
    for (let i = 0; i < count; i++) errors.push(read());
    const options = cause === undefined ? undefined : { cause };
    const error = count >= 0
      ? new AggregateError(errors, message, options)
      : new (ERRORS.get(name) ?? Error)(message, options);
    if (error.name !== name) hide(error, "name", name);
    if (code !== undefined) hide(error, "code", code);
    if (details !== undefined) hide(error, "details", details);
    (given ??= new WeakMap()).set(error, index);
    return error;
  }

  /** As the error's own fields are: there, but not listed. */
  function hide(error: Error, key: string, value: unknown): void {
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  }

  function readLazyMap(): object {
    const count = marshal[at++] as number;
    const map: Record<string, unknown> = {};
    const unread: { name: string; read: () => unknown }[] = [];
    for (let i = 0; i < count; i++) {
      const name = marshal[at++] as string;
      if (marshal[at] === RAW) {
        setField(map, name, null);
        unread.push({ name, read: readRaw() });
      } else if (marshal[at] === BROKEN) {
        setField(map, name, null);
        unread.push({ name, read: readBroken() });
      } else setField(map, name, read());
    }
    return scope.lazyMap(map, unread);
  }

  function readRaw(): () => unknown {
    at++;
    const decoder = marshal[at++] as string;
    const source = read() as string | string[];
    return () => scope.decode(decoder, source);
  }

  function readBroken(): () => unknown {
    at++;
    const error = read() as Error;
    return () => {
      Error.captureStackTrace(error);
      throw error;
    };
  }
}
