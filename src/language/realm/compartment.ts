import vm from "node:vm";
import { type Failure, failure, isError, type LogLevel, type Value, type ValueMap } from "../../value/mod.ts";
import type { CodeFailure, LogLine } from "../language.ts";
import { platform } from "./platform.ts";
import { prelude } from "./prelude.ts";
import { RealmDecoder } from "./realm_decoder.ts";
import { NO_REFERENCES, RealmEncoder, type References } from "./realm_encoder.ts";
import { Requests } from "./requests.ts";
import type { RealmBridge } from "./scope/realm_scope.ts";
import { SNIPPET } from "./stack.ts";
import { VirtualTime } from "./virtual_time.ts";
import { Waiting } from "./waiting.ts";

// Captured here because an executor deletes the web's globals before it runs user code.
const randomValues = crypto.getRandomValues.bind(crypto);
const now = performance.now.bind(performance);
const setBytes = Uint8Array.prototype.set;

/** How long a call that waits runs one timer after the other before it lets others run, in milliseconds. */
const TURN = 5;

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
  /** The value of its last parameter, which it gets frozen. */
  env?: ValueMap | undefined;
}

/** A program as its compartment sees it. */
export interface Caller {
  /** Whether a call may leave work in the queue of microtasks. The compartment sets it when it observes that. */
  mayDefer: boolean;
  /** Receives what the code has written with `console`. */
  onOutput(lines: LogLine[]): void;
  /** Adds the place in the code to an error of a call. */
  locate(error: CodeFailure): CodeFailure;
}

/** A call that waits. */
interface Suspended {
  readonly number: number;
  readonly caller: Caller;
  readonly references: References;
  readonly requests: Requests;
  /** Tells that there is something to go on with. */
  notify?: () => void;
}

/**
 * A `vm` context with a realm of its own: frozen built-ins, no code from strings, no WebAssembly, and a separate queue of
 * microtasks. Each module that names the global object gets one of its own, which inherits from the frozen one. Only strings, numbers, symbols and bytes allocated by the realm cross its border; objects never do, and
 * one function does, by which the realm's own code asks the platform.
 *
 * A call that has timers, or has asked the platform for something, waits while others run. Whatever runs, runs for one
 * call: what it queues is done before it ends or waits, and what it leaves pending ends with it.
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
  /** The calls that wait, by their numbers. */
  readonly #suspended = new Map<number, Suspended>();
  readonly #time: VirtualTime | undefined;

  /** @param now Returns the time that code sees, in milliseconds since 1970. Default the machine's. */
  constructor(now?: () => number) {
    this.#context = vm.createContext(
      // deno-lint-ignore no-explicit-any -- missing in the type of `vm.constants`
      (vm.constants as any).DONT_CONTEXTIFY,
      { codeGeneration: { strings: false, wasm: false }, microtaskMode: "afterEvaluate" },
    );
    this.#time = now === undefined ? undefined : new VirtualTime(this.#context, now);
    this.#bridge = prelude.runInContext(this.#context) as RealmBridge;
    this.#bridge.connect(this.#time?.platform ?? platform);
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
  start(
    caller: Caller,
    module: RealmFunction,
    { commonJs, globals, global, env }: ModuleStart,
  ): RealmFunction | undefined {
    const { tags } = this.#bridge;
    this.#begin(caller);
    if (env !== undefined) this.#encoder.encode(env);
    const outcome = this.#bridge.start(module, commonJs, globals.join(), global, env !== undefined);
    this.#runMicrotasks(caller);
    if (this.#bridge.flags[2] !== 0) this.#leave();
    if (outcome === tags.THREW) throw this.#end(this.#decoder.decode(NO_REFERENCES));
    return this.#end(outcome === tags.RETURNED ? undefined : outcome as RealmFunction);
  }

  /**
   * Calls a function and follows the promise that it may return.
   *
   * @returns What the function returns, undefined if that is nothing, or the error that it throws, or that the call waits.
   */
  call(caller: Caller, exported: RealmFunction, argument: Value): Value | undefined | Waiting {
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
    const { tags, flags } = bridge;
    if (caller.mayDefer || flags[1] !== 0 || outcome === tags.PENDING) {
      this.#runMicrotasks(caller);
      if (outcome === tags.PENDING) {
        caller.mayDefer = true; // it has got what settles a promise, and may keep that
        outcome = bridge.outcome();
        if (outcome === tags.PENDING) return this.#suspend(caller, references, new Requests());
      }
    } else if (flags[0] !== 0) this.#readFlags(caller);
    if (flags[2] !== 0) this.#leave();
    return typeof outcome === "symbol" ? this.#answer(caller, references) : this.#end(outcome as Value | undefined);
  }

  /** Lets a call wait for its timers and requests. One that has none can never end. */
  #suspend(caller: Caller, references: References, requests: Requests): Value | Waiting {
    const bridge = this.#bridge;
    const { number } = bridge;
    this.#startRequests(requests);
    const delay = bridge.suspend();
    this.#end(undefined);
    if (bridge.flags[2] !== 0) this.#tellSettled();
    const hasOwn = delay >= 0 || requests.open > 0;
    // another call of the same program may settle it
    if (!hasOwn && !this.#suspended.values().some((other) => other.caller === caller)) {
      bridge.drop(number);
      return failure("the promise never settles", { code: "never_settles" });
    }
    const suspended: Suspended = { number, caller, references, requests };
    this.#suspended.set(number, suspended);
    return new Waiting(delay < 0 ? Infinity : delay, {
      onReady: (notify) => {
        suspended.notify = notify;
        requests.onAnswer(notify);
      },
      resume: () => this.#resume(suspended),
      cancel: () => {
        this.#suspended.delete(number);
        requests.end();
        bridge.drop(number);
      },
    });
  }

  /** Goes on with a call that waits: takes the answers of the platform, and runs the timers that are due. */
  #resume({ number, caller, references, requests }: Suspended): Value | undefined | Waiting {
    this.#begin(caller);
    this.#suspended.delete(number);
    const bridge = this.#bridge;
    bridge.resume(number);
    for (const { id, text, bytes, errorName } of requests.take()) {
      for (let i = 0; i < bytes.length; i++) {
        const copy = bridge.allocate(bytes[i]!.length);
        setBytes.call(copy, bytes[i]!);
        bridge.requests[i] = copy;
      }
      bridge.answerRequest(id, text, errorName);
    }
    const end = now() + TURN;
    do this.#runMicrotasks(caller); while (
      bridge.outcome() === bridge.tags.PENDING && now() < end && bridge.runTimer()
    );
    const outcome = bridge.outcome();
    if (outcome === bridge.tags.PENDING) return this.#suspend(caller, references, requests);
    requests.end();
    if (bridge.flags[2] !== 0) this.#leave();
    return typeof outcome === "symbol" ? this.#answer(caller, references) : this.#end(outcome as Value | undefined);
  }

  /** Returns what the transfer holds as the result of a call. */
  #answer(caller: Caller, references: References): Value {
    const value = this.#end(this.#decoder.decode(references));
    return isError(value) ? caller.locate(value) : value;
  }

  /** Forgets what a call that has ended has left pending. */
  #leave(): void {
    this.#bridge.drop();
    if (this.#bridge.flags[2] !== 0) this.#tellSettled();
  }

  /** Starts what the call that runs has asked of the platform. */
  #startRequests(requests: Requests): void {
    const asked = this.#bridge.requests;
    for (let at = 0; at < asked.length;) {
      const [id, text, count] = [asked[at], asked[at + 1], asked[at + 2]] as [number, string, number];
      const bytes: Uint8Array[] = [];
      for (let i = 0; i < count; i++) bytes.push(asked[at + 3 + i] as Uint8Array);
      requests.add(id, text, bytes);
      at += 3 + count;
    }
    asked.length = 0;
  }

  /** Tells the calls whose promises have settled while another call ran. */
  #tellSettled(): void {
    for (const number of this.#bridge.settled().split(",")) this.#suspended.get(Number(number))?.notify?.();
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
    this.#time?.show();
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
