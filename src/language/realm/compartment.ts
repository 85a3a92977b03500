import vm from "node:vm";
import { type Failure, failure, type LogLevel, type Value } from "../../value/mod.ts";
import type { LogLine } from "../language.ts";
import { prelude } from "./prelude.ts";
import { RealmDecoder } from "./realm_decoder.ts";
import { NOTHING_GIVEN, RealmEncoder } from "./realm_encoder.ts";
import type { RealmBridge } from "./scope/realm_scope.ts";
import { SNIPPET } from "./stack.ts";

// Taken now: an executor deletes the web's globals before it runs user code.
const randomValues = crypto.getRandomValues.bind(crypto);

const nothingLeft = new vm.Script("0");

/** A function of the realm: opaque, to be handed back to the compartment that made it and to be called by no one else. */
export type Entry = { readonly entry: unique symbol };

/** What writes lines while it is called: a program, as its compartment sees it. */
export interface Caller {
  /** Whether a call of it may leave work for later. Set to true by the compartment when it sees that it may. */
  deferring: boolean;
  /** Takes what the code has written. */
  note(lines: LogLine[]): void;
}

/**
 * A `vm` context with a realm of its own: frozen built-ins, no code from strings, no WebAssembly, its own queue of
 * microtasks. Texts, numbers and symbols cross its border, and bytes of the realm's making; never an object.
 *
 * A call may be cut short anywhere, by a timeout around it. Nothing here relies on having been left in order: each call
 * starts with a clean marshal, and what the one before has left in the queue is thrown away first.
 */
export class Compartment {
  readonly #context: vm.Context;
  readonly #bridge: RealmBridge;
  readonly #writer: RealmEncoder;
  readonly #reader: RealmDecoder;
  #running: Caller | undefined;

  constructor() {
    this.#context = vm.createContext(
      // deno-lint-ignore no-explicit-any -- the type of `vm.constants` does not know it yet
      (vm.constants as any).DONT_CONTEXTIFY,
      { codeGeneration: { strings: false, wasm: false }, microtaskMode: "afterEvaluate" },
    );
    this.#bridge = prelude.runInContext(this.#context) as RealmBridge;
    this.#writer = new RealmEncoder(this.#bridge);
    this.#reader = new RealmDecoder(this.#bridge);
    const seed = this.#bridge.bytes(32);
    seed.set(randomValues(new Uint8Array(32)));
    this.#bridge.seed(seed);
  }

  /**
   * Compiles the body of a function, run nothing of it.
   *
   * @param body Parsed before, and found to be nothing but a function's body.
   * @throws {unknown} The engine's SyntaxError, with the place in its stack.
   */
  compile(body: string, parameters: readonly string[]): Entry {
    return vm.compileFunction(`"use strict";\n${body}`, parameters, {
      parsingContext: this.#context,
      filename: SNIPPET,
      lineOffset: -1,
    }) as unknown as Entry;
  }

  /** Runs a module's top level. Answers its entry, undefined if it has none. @throws {Error} What the code throws. */
  start(caller: Caller, module: Entry, commonJs: boolean): Entry | undefined {
    const { tags } = this.#bridge;
    this.#enter(caller);
    const outcome = this.#bridge.start(module, commonJs);
    this.#finish(caller);
    if (outcome === tags.THREW) throw this.#leave(this.#reader.read(NOTHING_GIVEN));
    return this.#leave(outcome === tags.ANSWERED ? undefined : outcome as Entry);
  }

  /** One call to its end, promises included. Answers an error if the code throws. */
  call(caller: Caller, entry: Entry, argument: Value): Value {
    this.#enter(caller);
    const bridge = this.#bridge;
    let given = NOTHING_GIVEN;
    let outcome: unknown;
    if (argument === null || typeof argument !== "object") {
      outcome = bridge.call(entry, argument ?? null, false);
    } else {
      try {
        given = this.#writer.write(argument);
      } catch (error) {
        return this.#leave(error as Failure);
      }
      outcome = bridge.call(entry, undefined, true);
    }
    const { tags } = bridge;
    if (caller.deferring || bridge.state[1] !== 0 || outcome === tags.WAITS) {
      this.#finish(caller);
      if (outcome === tags.WAITS) outcome = bridge.outcome();
    } else if (bridge.state[0] !== 0) this.#inspect(caller);
    if (typeof outcome !== "symbol") return this.#leave(outcome as Value);
    return this.#leave(
      outcome === tags.WAITS ? failure("never settles", { code: "never_settles" }) : this.#reader.read(given),
    );
  }

  /** Hands a program what its call has written, if it is that program's call that was cut short. */
  collect(caller: Caller): void {
    if (this.#running === caller) this.#inspect(caller);
  }

  #enter(caller: Caller): void {
    if (this.#running !== undefined) this.#forget(this.#running);
    this.#running = caller;
  }

  /** Forgets a call that was cut short, with all the work that it has left for later. */
  #forget(caller: Caller): void {
    this.#inspect(caller);
    try {
      // Work in the queue cannot be dropped but by cutting it short as well.
      nothingLeft.runInContext(this.#context, { timeout: 1 });
    } catch {
      // It was, which is what empties the queue.
    }
  }

  /** Runs what the call has left in the queue. */
  #finish(caller: Caller): void {
    nothingLeft.runInContext(this.#context);
    this.#inspect(caller);
  }

  /** Notes what the call has done besides answering. */
  #inspect(caller: Caller): void {
    const { lines, state } = this.#bridge;
    if (state[1] !== 0) {
      caller.deferring = true;
      state[1] = 0;
    }
    if (state[0] === 0) return;
    const taken: LogLine[] = [];
    for (let i = 0; i + 1 < lines.length; i += 2) taken.push({ level: lines[i] as LogLevel, text: lines[i + 1]! });
    this.#bridge.forgetLines();
    caller.note(taken);
  }

  #leave<T>(value: T): T {
    this.#running = undefined;
    return value;
  }
}
