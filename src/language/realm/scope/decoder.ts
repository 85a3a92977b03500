import type { Inside } from "./realm_scope.ts";

/** Builds the realm's copy of what the engine has written on the tape. */
export function tapeReader(inside: Inside): void {
  const { tape, tags, setField } = inside;
  const { LIST, MAP, DATE, BYTES, ERROR, STREAM, LAZY, RAW, BROKEN } = tags;
  const ERRORS = new Map<unknown, ErrorConstructor>(
    [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) => [type.name, type]),
  );
  const LONG = 1024; // cells; a longer tape is not kept
  let at = 0;
  let call = 0;
  let given: WeakMap<object, number> | undefined;

  inside.readTape = (number) => {
    at = 0;
    call = number;
    const value = read();
    if (at > LONG) tape.length = 0;
    return value;
  };

  inside.indexOfGivenError = (error) => given?.get(error) ?? -1;

  inside.forgetGivenErrors = () => {
    given = undefined;
  };

  function read(): unknown {
    const cell = tape[at++];
    if (typeof cell !== "symbol") return cell;
    switch (cell) {
      case LIST: {
        const count = tape[at++] as number;
        const list: unknown[] = [];
        for (let i = 0; i < count; i++) list.push(read());
        return list;
      }
      case MAP:
        return readMap();
      case BYTES:
        return tape[at++];
      case DATE:
        return new Date(tape[at++] as number);
      case ERROR:
        return readError();
      case STREAM:
        return inside.streamToken(call, tape[at++] as number);
      case LAZY:
        return readLazyMap();
    }
    throw new Error("the tape is out of step");
  }

  function readMap(): Record<string, unknown> {
    const count = tape[at++] as number;
    const map: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = tape[at++] as string;
      setField(map, key, read());
    }
    return map;
  }

  function readError(): Error {
    const index = tape[at++] as number;
    const name = tape[at++];
    const message = tape[at++] as string;
    const code = tape[at++];
    at++; // the position is the engine's
    const details = read();
    const cause = read();
    const count = tape[at++] as number;
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
    const count = tape[at++] as number;
    const map: Record<string, unknown> = {};
    const unread: { name: string; read: () => unknown }[] = [];
    for (let i = 0; i < count; i++) {
      const name = tape[at++] as string;
      if (tape[at] === RAW) {
        setField(map, name, null);
        unread.push({ name, read: readRaw() });
      } else if (tape[at] === BROKEN) {
        setField(map, name, null);
        unread.push({ name, read: readBroken() });
      } else setField(map, name, read());
    }
    return inside.lazyMap(map, unread);
  }

  function readRaw(): () => unknown {
    at++;
    const decoder = tape[at++] as string;
    const source = read() as string | string[];
    return () => inside.decode(decoder, source);
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
