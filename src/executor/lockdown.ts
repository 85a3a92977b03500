import { registerHooks } from "node:module";
import process from "node:process";
import { receiveMessageOnPort } from "node:worker_threads";
import type { ThreadClock } from "./slices.ts";

/**
 * Names that stay on an executor's global: the language itself, and what Deno and the engine look up there later on.
 * `queueMicrotask`: without it this Deno delivers no second message on a port. `Event`: a port that is closed makes
 * one. `Buffer`: cel-js needs it.
 */
const KEPT =
  /^(globalThis|Object|Function|Array|Number|Boolean|String|Symbol|Date|Promise|RegExp|Error|URIError|[A-Z][a-z]\w*Error|JSON|Math|Intl|Temporal|ArrayBuffer|Atomics|\w+Array|DataView|Map|BigInt|Set|WeakMap|WeakSet|WeakRef|Proxy|Reflect|Iterator|isFinite|isNaN|parseFloat|parseInt|undefined|NaN|Infinity|decodeURI|decodeURIComponent|encodeURI|encodeURIComponent|queueMicrotask|Event|Buffer)$/;

/** Takes from the thread what the engine needs of it. Call before `lockDownGlobal`. */
export function takeClock(): ThreadClock {
  const { setImmediate, setInterval, setTimeout, clearTimeout } = globalThis;
  // Node's own looks for what the seal takes away
  const { exit } = Deno;
  const now = performance.now.bind(performance);
  return {
    now,
    setImmediate: (task) => setImmediate(task),
    setInterval: (task, ms) => setInterval(task, ms),
    setTimeout: (task, ms) => setTimeout(task, ms),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    receive: (port) => receiveMessageOnPort(port as never)?.message, // its types know Node's own port only
    cpu: () => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1_000;
    },
    exit: () => exit(1),
  };
}

/**
 * Leaves on the thread's global nothing that reaches out, and refuses every further import. The thread has no permission
 * anyway; this takes away the doors that no permission guards (signals, locks, channels, caches).
 */
export function lockDownGlobal(): void {
  registerHooks({
    resolve(specifier: string) {
      throw new Error(`import of ${specifier} refused`);
    },
  });
  for (const key of Reflect.ownKeys(globalThis)) {
    if (typeof key === "symbol" || KEPT.test(key)) continue;
    Reflect.deleteProperty(globalThis, key);
    if (key in globalThis) {
      Object.defineProperty(globalThis, key, { value: undefined, configurable: false, writable: false });
    }
  }
}

/** The navigator's locks: no one type of it holds both on the main thread and in a worker. */
type Locks = { request(name: string, held: () => Promise<unknown>): Promise<unknown> };

/** Takes the lock that lets `terminate()` end this thread in the middle of a loop. Answers when it is held. */
export function takeLock(name: string): Promise<void> {
  return new Promise((held) => {
    const { locks } = navigator as unknown as { locks: Locks };
    void locks.request(name, () => {
      held();
      return new Promise(() => {});
    });
  });
}
