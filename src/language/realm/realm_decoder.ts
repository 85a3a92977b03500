import { type Failure, failure, type LazyField, lazyMap, setKey, type Value } from "../../value/mod.ts";
import { NO_REFERENCES, type References } from "./realm_encoder.ts";
import type { RealmBridge } from "./scope/realm_scope.ts";
import { framesOf } from "./stack.ts";

const NATIVE: Record<string, new (message: string) => Error> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** Number of cells above which the transfer is emptied after use, so that it does not keep large values alive. */
const LONG = 1024;

/** Builds the engine's copy of the value that a realm has put in the transfer. */
export class RealmDecoder {
  readonly #bridge: RealmBridge;
  #at = 0;
  #references: References = NO_REFERENCES;

  constructor(bridge: RealmBridge) {
    this.#bridge = bridge;
  }

  /** @param references What the argument of the same call refers to. */
  decode(references: References): Value {
    this.#at = 0;
    this.#references = references;
    const value = this.#decodeNext() as Value;
    if (this.#at > LONG) this.#bridge.transfer.length = 0;
    return value;
  }

  #next(): unknown {
    return this.#bridge.transfer[this.#at++];
  }

  #decodeNext(): Value | undefined {
    const cell = this.#next();
    if (typeof cell !== "symbol") return cell as Value | undefined;
    const { tags } = this.#bridge;
    switch (cell) {
      case tags.LIST: {
        const count = this.#next() as number;
        const list: Value[] = [];
        for (let i = 0; i < count; i++) list.push(this.#decodeNext()!);
        return list;
      }
      case tags.MAP:
        return this.#decodeMap(this.#next() as number, {});
      case tags.BYTES:
        return new Uint8Array(this.#next() as Uint8Array);
      case tags.DATE:
        return new Date(this.#next() as number);
      case tags.ERROR:
        return this.#decodeError();
      case tags.STREAM:
        return this.#references.streams[this.#next() as number]!;
      case tags.LAZY: {
        const parts = this.#references.lazy[this.#next() as number]!;
        const lazy: Record<string, LazyField> = {};
        const fields = this.#decodeMap(this.#next() as number, lazy, parts.lazy);
        return lazyMap({ fields, lazy });
      }
    }
    throw new Error("unexpected tag in the transfer");
  }

  #decodeMap(
    count: number,
    unread: Record<string, LazyField>,
    lazy?: Readonly<Record<string, LazyField>>,
  ): Record<string, Value> {
    const { transfer, tags } = this.#bridge;
    const map: Record<string, Value> = {};
    for (let i = 0; i < count; i++) {
      const key = this.#next() as string;
      if (transfer[this.#at] === tags.UNREAD) {
        this.#at++;
        setKey(map, key, null);
        setKey(unread, key, lazy![key]!);
      } else setKey(map, key, this.#decodeNext()!);
    }
    return map;
  }

  #decodeError(): Failure {
    const index = this.#next() as number;
    const name = this.#next() as string;
    const message = this.#next() as string;
    const code = this.#next() as string | undefined;
    const stack = this.#next() as string;
    const details = this.#decodeNext();
    const cause = this.#decodeNext();
    const count = this.#next() as number;
    const errors: Value[] = [];
    for (let i = 0; i < count; i++) errors.push(this.#decodeNext()!);
    const Type = NATIVE[name];
    const error: Failure = count >= 0
      ? new AggregateError(errors.filter((inner) => inner instanceof Error), message)
      : Type === undefined
      ? failure(message)
      : new Type(message);
    if (error.name !== name) Object.defineProperty(error, "name", { value: name, writable: true, configurable: true });
    Object.defineProperty(error, "stack", {
      value: [`${name}: ${message}`, ...framesOf(stack)].join("\n"),
      writable: true,
      configurable: true,
    });
    if (code !== undefined) error.code = code;
    if (details !== undefined) error.details = details;
    if (cause !== undefined) error.cause = cause;
    const original = this.#references.errors[index];
    if (original?.position !== undefined) error.position = original.position;
    if (original?.path !== undefined) error.path = original.path;
    return error;
  }
}
