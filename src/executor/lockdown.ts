import { registerHooks } from "node:module";
import process from "node:process";
import type { ThreadClock } from "./slices.ts";

/**
 * Names that stay on an executor's global: those of the language, and those that Deno and the engine still look up there.
 * `queueMicrotask`: without it Deno delivers only one message on a port. `Event`: closing a port creates one. `Buffer`:
 * cel-js needs it.
 */
const KEPT =
  /^(globalThis|Object|Function|Array|Number|Boolean|String|Symbol|Date|Promise|RegExp|Error|URIError|[A-Z][a-z]\w*Error|JSON|Math|Intl|Temporal|ArrayBuffer|Atomics|\w+Array|DataView|Map|BigInt|Set|WeakMap|WeakSet|WeakRef|Proxy|Reflect|Iterator|isFinite|isNaN|parseFloat|parseInt|undefined|NaN|Infinity|decodeURI|decodeURIComponent|encodeURI|encodeURIComponent|queueMicrotask|Event|Buffer)$/;

/** Returns the functions of the thread that the engine needs. Call it before `lockDownGlobal`. */
export function takeClock(): ThreadClock {
  const { setImmediate, setInterval, setTimeout, clearTimeout } = globalThis;
  // Node's `process.exit` needs globals that `lockDownGlobal` removes
  const { exit } = Deno;
  const now = performance.now.bind(performance);
  return {
    now,
    setImmediate: (task) => setImmediate(task),
    setInterval: (task, ms) => setInterval(task, ms),
    setTimeout: (task, ms) => setTimeout(task, ms),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    cpu: () => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1_000;
    },
    exit: () => exit(1),
  };
}

/**
 * Removes every name that reaches outside from the thread's global, and rejects all further imports. The thread has no
 * permissions in any case; this also removes what no permission guards (signals, locks, channels, caches).
 */
export function lockDownGlobal(): void {
  registerHooks({
    resolve(specifier: string) {
      throw new Error(`import of ${specifier} rejected`);
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
