// A thread that `weft doctor` starts in the way executors are started, to check what holds there.
import { registerHooks } from "node:module";
import process from "node:process";
import vm from "node:vm";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

/** The checks. Each returns what it saw, or throws if the fact does not hold. */
const CHECKS: Record<string, () => unknown> = {
  /** Checks that the thread has no permission. */
  permissions() {
    const names = ["read", "write", "net", "env", "run", "ffi", "sys", "import"] as Deno.PermissionName[];
    const granted = names.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
    if (granted.length > 0) throw new Error(`granted: ${granted.join(", ")}`);
    const tries = {
      read: () => Deno.readDirSync("/")[Symbol.iterator]().next(),
      run: () => new Deno.Command("true").outputSync(),
      env: () => Deno.env.get("PATH"),
      sys: () => Deno.hostname(),
    };
    for (const [name, attempt] of Object.entries(tries)) {
      let denied = false;
      try {
        attempt();
      } catch (error) {
        denied = error instanceof Deno.errors.NotCapable;
      }
      if (!denied) throw new Error(`${name} was not denied`);
    }
    return "none";
  },
  async loop() {
    await lock();
    parentPort!.postMessage({ begun: true });
    for (;;);
  },
  async regexp() {
    await lock();
    parentPort!.postMessage({ begun: true });
    return /(a+)+$/.test("a".repeat(100) + "b");
  },
  memory() {
    const all: unknown[] = [];
    for (;;) all.push(new Array(1e5).fill(1.1));
  },
  /** Ends three kinds of loops from outside. */
  timeouts() {
    const own = vm.createContext(vm.constants.DONT_CONTEXTIFY, { microtaskMode: "afterEvaluate" });
    const loops: Record<string, () => unknown> = {
      loop: () => vm.runInThisContext("for (;;);", { timeout: 20 }),
      regexp: () => vm.runInThisContext("/(a+)+$/.test('a'.repeat(100) + 'b')", { timeout: 20 }),
      microtasks: () => vm.runInContext("(async () => { for (;;) await null })()", own, { timeout: 20 }),
    };
    for (const [name, run] of Object.entries(loops)) {
      try {
        run();
      } catch (error) {
        if ((error as { code?: string }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") continue;
        throw error;
      }
      throw new Error(`the ${name} ended by itself`);
    }
    return Object.keys(loops).join(", ");
  },
  /** Checks that a realm can reject code from strings. */
  realm() {
    const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
    const result = vm.compileFunction("try { return eval('1') } catch (error) { return error.name }", [], {
      parsingContext: context as vm.Context,
    })();
    if (result !== "EvalError") throw new Error(`eval returned ${result}`);
    return result;
  },
  async imports() {
    registerHooks({
      resolve() {
        throw new Error("rejected");
      },
    });
    for (const name of ["node:fs", "data:text/javascript,"]) {
      const loaded = await import(name).then(() => true, () => false);
      if (loaded) throw new Error(`${name} was loaded`);
    }
    return "rejected";
  },
  async rejection() {
    addEventListener("unhandledrejection", (event) => event.preventDefault());
    void Promise.reject(new Error("unhandled"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return "the thread continues";
  },
  /** Blocks until the other side has posted a message, then reads it without the event loop. */
  receive() {
    const { port, signal } = workerData as { port: MessagePort; signal: SharedArrayBuffer };
    parentPort!.postMessage({ begun: true });
    const woken = Atomics.wait(new Int32Array(signal), 0, 0, 5_000);
    if (woken === "timed-out") throw new Error("the thread was not woken");
    const message = receiveMessageOnPort(port as never) as { message: unknown } | undefined;
    if (message?.message !== "hello") throw new Error(`the port returned ${JSON.stringify(message)}`);
    port.postMessage("hello yourself");
    return woken;
  },
  usage() {
    const { user, system } = process.threadCpuUsage();
    if (!(user + system > 0)) throw new Error(`the thread reports ${user + system} µs`);
    return `${Math.round((user + system) / 1_000)} ms`;
  },
};

/** Takes a Web Lock, which lets `terminate` end a thread in the middle of a loop. */
function lock(): Promise<void> {
  const { locks } = navigator as unknown as { locks: { request(name: string, held: () => unknown): unknown } };
  return new Promise((resolve) => {
    void locks.request(`doctor-${crypto.randomUUID()}`, () => {
      resolve();
      return new Promise(() => {});
    });
  });
}

try {
  parentPort!.postMessage({ saw: String(await CHECKS[(workerData as { check: string }).check]!()) });
} catch (error) {
  parentPort!.postMessage({ failed: error instanceof Error ? error.message : String(error) });
}
