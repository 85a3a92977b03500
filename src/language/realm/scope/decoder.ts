import type { RealmScope } from "./realm_scope.ts";

/** Builds the realm's copy of the value that the engine has put in the transfer. */
export function decoder(scope: RealmScope): void {
  const { transfer, tags, setField } = scope;
  const { LIST, MAP, DATE, BYTES, ERROR, STREAM, LAZY, RAW, FAILED } = tags;

  const LONG = 1024; // number of cells above which the transfer is emptied after use
  let at = 0;
  let call = 0;
  let received: WeakMap<object, number> | undefined;

  scope.decodeValue = (number) => {
    at = 0;
    call = number;
    const value = read();
    if (at > LONG) transfer.length = 0;
    return value;
  };

  scope.indexOfReceivedError = (error) => received?.get(error) ?? -1;

  scope.forgetReceivedErrors = () => {
    received = undefined;
  };

  scope.argumentState = () => ({ received, maps: scope.lazyMaps() });

  scope.setArgumentState = (state) => {
    received = state.received;
    scope.setLazyMaps(state.maps);
  };

  function read(): unknown {
    const cell = transfer[at++];
    if (typeof cell !== "symbol") return cell;
    switch (cell) {
      case LIST: {
        const count = transfer[at++] as number;
        const list: unknown[] = [];
        for (let i = 0; i < count; i++) list.push(read());
        return list;
      }
      case MAP:
        return readMap();
      case BYTES:
        return transfer[at++];
      case DATE:
        return new Date(transfer[at++] as number);
      case ERROR:
        return readError();
      case STREAM:
        return scope.streamToken(call, transfer[at++] as number);
      case LAZY:
        return readLazyMap();
    }
    throw new Error("unexpected tag in the transfer");
  }

  function readMap(): Record<string, unknown> {
    const count = transfer[at++] as number;
    const map: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = transfer[at++] as string;
      setField(map, key, read());
    }
    return map;
  }

  function readError(): Error {
    const index = transfer[at++] as number;
    const name = transfer[at++];
    const message = transfer[at++] as string;
    const code = transfer[at++];
    at++; // the stack, which an error from outside does not have
    const details = read();
    const cause = read();
    const count = transfer[at++] as number;
    const errors: unknown[] = [];
    for (let i = 0; i < count; i++) errors.push(read());
    const options = cause === undefined ? undefined : { cause };
    const error = count >= 0
      ? new AggregateError(errors, message, options)
      : new (scope.errorTypes.get(name) ?? Error)(message, options);
    if (error.name !== name) hide(error, "name", name);
    if (code !== undefined) hide(error, "code", code);
    if (details !== undefined) hide(error, "details", details);
    (received ??= new WeakMap()).set(error, index);
    return error;
  }

  /** Sets a field that is not enumerable, like an error's own fields. */
  function hide(error: Error, key: string, value: unknown): void {
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  }

  function readLazyMap(): object {
    const count = transfer[at++] as number;
    const map: Record<string, unknown> = {};
    const unread: { name: string; read: () => unknown }[] = [];
    for (let i = 0; i < count; i++) {
      const name = transfer[at++] as string;
      if (transfer[at] === RAW) {
        setField(map, name, null);
        unread.push({ name, read: readRaw() });
      } else if (transfer[at] === FAILED) {
        setField(map, name, null);
        unread.push({ name, read: readBroken() });
      } else setField(map, name, read());
    }
    return scope.lazyMap(map, unread);
  }

  function readRaw(): () => unknown {
    at++;
    const decoder = transfer[at++] as string;
    const source = read() as string | string[];
    return () => scope.decodeField(decoder, source);
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
