import { type Failure, failure, type LazyField, lazyMap, setKey, type Value } from "../../value/mod.ts";
import { type Given, NOTHING_GIVEN } from "./realm_encoder.ts";
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

/** Cells; a longer marshal is not kept. */
const LONG = 1024;

/** Builds the engine's copy of what a realm has written on its marshal. */
export class RealmDecoder {
  readonly #bridge: RealmBridge;
  #at = 0;
  #given: Given = NOTHING_GIVEN;

  constructor(bridge: RealmBridge) {
    this.#bridge = bridge;
  }

  /** @param given What the same call's argument held. */
  read(given: Given): Value {
    this.#at = 0;
    this.#given = given;
    const value = this.#read() as Value;
    if (this.#at > LONG) this.#bridge.marshal.length = 0;
    return value;
  }

  #take(): unknown {
    return this.#bridge.marshal[this.#at++];
  }

  #read(): Value | undefined {
    const cell = this.#take();
    if (typeof cell !== "symbol") return cell as Value | undefined;
    const { tags } = this.#bridge;
    switch (cell) {
      case tags.LIST: {
        const count = this.#take() as number;
        const list: Value[] = [];
        for (let i = 0; i < count; i++) list.push(this.#read()!);
        return list;
      }
      case tags.MAP:
        return this.#readMap(this.#take() as number, {});
      case tags.BYTES:
        return new Uint8Array(this.#take() as Uint8Array);
      case tags.DATE:
        return new Date(this.#take() as number);
      case tags.ERROR:
        return this.#readError();
      case tags.STREAM:
        return this.#given.streams[this.#take() as number]!;
      case tags.LAZY: {
        const parts = this.#given.lazy[this.#take() as number]!;
        const lazy: Record<string, LazyField> = {};
        const fields = this.#readMap(this.#take() as number, lazy, parts.lazy);
        return lazyMap({ fields, lazy });
      }
    }
    throw new Error("the marshal is out of step");
  }

  #readMap(
    count: number,
    unread: Record<string, LazyField>,
    lazy?: Readonly<Record<string, LazyField>>,
  ): Record<string, Value> {
    const { marshal, tags } = this.#bridge;
    const map: Record<string, Value> = {};
    for (let i = 0; i < count; i++) {
      const key = this.#take() as string;
      if (marshal[this.#at] === tags.UNREAD) {
        this.#at++;
        setKey(map, key, null);
        setKey(unread, key, lazy![key]!);
      } else setKey(map, key, this.#read()!);
    }
    return map;
  }

  #readError(): Failure {
    const index = this.#take() as number;
    const name = this.#take() as string;
    const message = this.#take() as string;
    const code = this.#take() as string | undefined;
    const stack = this.#take() as string;
    const details = this.#read();
    const cause = this.#read();
    const count = this.#take() as number;
    const errors: Value[] = [];
    for (let i = 0; i < count; i++) errors.push(this.#read()!);
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
    const original = this.#given.errors[index];
    if (original?.position !== undefined) error.position = original.position;
    if (original?.path !== undefined) error.path = original.path;
    return error;
  }
}
