import vm from "node:vm";
import { type Failure, failure, type LogLevel, type Value } from "../../value/mod.ts";
import type { LogLine } from "../language.ts";
import { platform } from "./platform.ts";
import { prelude } from "./prelude.ts";
import { RealmDecoder } from "./realm_decoder.ts";
import { NO_REFERENCES, RealmEncoder } from "./realm_encoder.ts";
import type { RealmBridge } from "./scope/realm_scope.ts";
import { SNIPPET } from "./stack.ts";

// Captured here because an executor deletes the web's globals before it runs user code.
const randomValues = crypto.getRandomValues.bind(crypto);

const emptyScript = new vm.Script("0");
/** A variable of a realm that no snippet can name. */
const DISCARDED = `discarded_${crypto.randomUUID().replaceAll("-", "")}`;
const discardedScript = new vm.Script(`const ${DISCARDED} = [false]; ${DISCARDED}`);
/**
 * Adds work to the queue that never ends, so that a timeout finds it running: one that fires afterwards ends the thread.
 * One that fires before the script has begun leaves the queue as it is, and the variable false.
 */
const endlessScript = new vm.Script(`(async () => { await 0; for (;;); })(); ${DISCARDED}[0] = true`);

/** A function of the realm. It is opaque: only the compartment that created it can call it. */
export type RealmFunction = { readonly realmFunction: unique symbol };

/** A global object of the realm, which one snippet has to itself. */
export type RealmGlobal = { readonly realmGlobal: unique symbol };

/** How a module is run. */
export interface ModuleStart {
  /** Whether it sets `module.exports`. Otherwise it sets the field `d` of its first parameter. */
  commonJs: boolean;
  /** The globals that it takes as parameters, after its own. */
  globals: readonly string[];
  /** Where it finds the other globals, if it was compiled with that. */
  global?: RealmGlobal | undefined;
}

/** A program as its compartment sees it. */
export interface Caller {
  /** Whether a call may leave work in the queue of microtasks. The compartment sets it when it observes that. */
  mayDefer: boolean;
  /** Receives what the code has written with `console`. */
  onOutput(lines: LogLine[]): void;
}

/**
 * A `vm` context with a realm of its own: frozen built-ins, no code from strings, no WebAssembly, and a separate queue of
 * microtasks. Each module that names the global object gets one of its own, which inherits from the frozen one. Only strings, numbers, symbols and bytes allocated by the realm cross its border; objects never do, and
 * one function does, by which the realm's own code asks the platform.
 *
 * A timeout around a call may stop it anywhere. A call therefore relies on nothing that the previous one left: it starts
 * the transfer anew and discards what is still in the queue.
 */
export class Compartment {
  readonly #context: vm.Context;
  readonly #bridge: RealmBridge;
  readonly #encoder: RealmEncoder;
  readonly #decoder: RealmDecoder;
  /** Whether the last attempt to empty the queue of microtasks came so far that it did. */
  readonly #discarded: [boolean];
  #running: Caller | undefined;

  constructor() {
    this.#context = vm.createContext(
      // deno-lint-ignore no-explicit-any -- missing in the type of `vm.constants`
      (vm.constants as any).DONT_CONTEXTIFY,
      { codeGeneration: { strings: false, wasm: false }, microtaskMode: "afterEvaluate" },
    );
    this.#bridge = prelude.runInContext(this.#context) as RealmBridge;
    this.#bridge.connect(platform);
    this.#discarded = discardedScript.runInContext(this.#context) as [boolean];
    this.#encoder = new RealmEncoder(this.#bridge);
    this.#decoder = new RealmDecoder(this.#bridge);
    const seed = this.#bridge.allocate(32);
    seed.set(randomValues(new Uint8Array(32)));
    this.#bridge.seedRandom(seed);
  }

  /** Creates a global object, which inherits from the frozen one. */
  createGlobal(): RealmGlobal {
    return this.#bridge.createGlobal() as RealmGlobal;
  }

  /** Reports whether the realm has a global of that name. */
  hasGlobal(name: string): boolean {
    return this.#bridge.hasGlobal(name);
  }

  /**
   * Compiles the body of a function without running it.
   *
   * @param body Checked by a parser to be nothing but a function's body.
   * @param global Where names are looked up that neither the body nor the parameters declare. This is slow (250 ns each
   *   time); without it they are looked up in the frozen global.
   * @throws {unknown} The engine's SyntaxError, with the location in its stack.
   */
  compile(body: string, parameters: readonly string[], global?: RealmGlobal): RealmFunction {
    return vm.compileFunction(`"use strict";\n${body}`, parameters, {
      parsingContext: this.#context,
      filename: SNIPPET,
      lineOffset: -1,
      ...(global === undefined ? {} : { contextExtensions: [global] }),
    }) as unknown as RealmFunction;
  }

  /**
   * Runs a module's top level.
   *
   * @returns The function that the module exports, undefined if it exports none.
   * @throws {Error} What the code throws.
   */
  start(caller: Caller, module: RealmFunction, { commonJs, globals, global }: ModuleStart): RealmFunction | undefined {
    const { tags } = this.#bridge;
    this.#begin(caller);
    const outcome = this.#bridge.start(module, commonJs, globals.join(), global);
    this.#runMicrotasks(caller);
    if (outcome === tags.THREW) throw this.#end(this.#decoder.decode(NO_REFERENCES));
    return this.#end(outcome === tags.RETURNED ? undefined : outcome as RealmFunction);
  }

  /**
   * Calls a function and follows the promise that it may return.
   *
   * @returns What the function returns, undefined if that is nothing, or the error that it throws.
   */
  call(caller: Caller, exported: RealmFunction, argument: Value): Value | undefined {
    this.#begin(caller);
    const bridge = this.#bridge;
    let references = NO_REFERENCES;
    let outcome: unknown;
    if (argument === null || typeof argument !== "object") {
      outcome = bridge.call(exported, argument ?? null, false);
    } else {
      try {
        references = this.#encoder.encode(argument);
      } catch (error) {
        return this.#end(error as Failure);
      }
      outcome = bridge.call(exported, undefined, true);
    }
    const { tags } = bridge;
    if (caller.mayDefer || bridge.flags[1] !== 0 || outcome === tags.PENDING) {
      this.#runMicrotasks(caller);
      if (outcome === tags.PENDING) outcome = bridge.outcome();
    } else if (bridge.flags[0] !== 0) this.#readFlags(caller);
    if (typeof outcome !== "symbol") return this.#end(outcome as Value | undefined);
    return this.#end(
      outcome === tags.PENDING
        ? failure("the promise never settles", { code: "never_settles" })
        : this.#decoder.decode(references),
    );
  }

  /**
   * Ends a stopped call for good, if that call was the program's: hands over what it has written, and discards the work
   * that it has left. Otherwise the next call does so, under its own time limit: of two limits that pass at the same
   * moment, V8 may forget the outer one, and what runs then is not stopped at all.
   */
  collect(caller: Caller): void {
    if (this.#running !== caller) return;
    this.#discard(caller);
    this.#running = undefined;
  }

  #begin(caller: Caller): void {
    if (this.#running !== undefined) this.#discard(this.#running);
    this.#running = caller;
  }

  #end<T>(value: T): T {
    this.#running = undefined;
    return value;
  }

  /** Discards a call that was stopped, with all the work that it has left in the queue. */
  #discard(caller: Caller): void {
    this.#readFlags(caller);
    this.#discarded[0] = false;
    do {
      try {
        // The queue cannot be emptied directly, but stopping the work in it empties it.
        endlessScript.runInContext(this.#context, { timeout: 10 });
      } catch {
        // The work was stopped.
      }
    } while (!this.#discarded[0]);
  }

  #runMicrotasks(caller: Caller): void {
    emptyScript.runInContext(this.#context);
    this.#readFlags(caller);
  }

  /** Reads what the call did besides returning a value: deferred work, written lines. */
  #readFlags(caller: Caller): void {
    const { lines, flags } = this.#bridge;
    if (flags[1] !== 0) {
      caller.mayDefer = true;
      flags[1] = 0;
    }
    if (flags[0] === 0) return;
    const output: LogLine[] = [];
    for (let i = 0; i + 1 < lines.length; i += 2) output.push({ level: lines[i] as LogLevel, text: lines[i + 1]! });
    this.#bridge.clearLines();
    caller.onOutput(output);
  }
}
