// A thread that `weft doctor` starts where executors are started, to see what holds there.
import { registerHooks } from "node:module";
import process from "node:process";
import vm from "node:vm";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

/** What is done here; each answers what it saw, or throws. */
const ACTS: Record<string, () => unknown> = {
  /** Names the permissions that there are. */
  permissions() {
    const names = ["read", "write", "net", "env", "run", "ffi", "sys", "import"] as Deno.PermissionName[];
    const granted = names.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
    if (granted.length > 0) throw new Error(`it has ${granted.join(", ")}`);
    const tries = {
      read: () => Deno.readDirSync("/")[Symbol.iterator]().next(),
      run: () => new Deno.Command("true").outputSync(),
      env: () => Deno.env.get("PATH"),
      sys: () => Deno.hostname(),
    };
    for (const [name, attempt] of Object.entries(tries)) {
      let refused = false;
      try {
        attempt();
      } catch (error) {
        refused = error instanceof Deno.errors.NotCapable;
      }
      if (!refused) throw new Error(`${name} was not refused`);
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
  /** Ends loops of three sorts from outside. */
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
      throw new Error(`the ${name} came to an end`);
    }
    return Object.keys(loops).join(", ");
  },
  /** Makes a realm that takes no code from strings. */
  realm() {
    const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
    const answer = vm.compileFunction("try { return eval('1') } catch (error) { return error.name }", [], {
      parsingContext: context as vm.Context,
    })();
    if (answer !== "EvalError") throw new Error(`eval answered ${answer}`);
    return answer;
  },
  async imports() {
    registerHooks({
      resolve() {
        throw new Error("refused");
      },
    });
    for (const name of ["node:fs", "data:text/javascript,"]) {
      const loaded = await import(name).then(() => true, () => false);
      if (loaded) throw new Error(`${name} was loaded`);
    }
    return "refused";
  },
  async rejection() {
    addEventListener("unhandledrejection", (event) => event.preventDefault());
    void Promise.reject(new Error("loose"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return "the thread goes on";
  },
  /** Sleeps until the other side has posted, then reads without the event loop. */
  receive() {
    const { port, bell } = workerData as { port: MessagePort; bell: SharedArrayBuffer };
    parentPort!.postMessage({ begun: true });
    const heard = Atomics.wait(new Int32Array(bell), 0, 0, 5_000);
    if (heard === "timed-out") throw new Error("it was not woken");
    const message = receiveMessageOnPort(port as never) as { message: unknown } | undefined;
    if (message?.message !== "hello") throw new Error(`it read ${JSON.stringify(message)}`);
    port.postMessage("hello yourself");
    return heard;
  },
  usage() {
    const { user, system } = process.threadCpuUsage();
    if (!(user + system > 0)) throw new Error(`it has used ${user + system} µs`);
    return `${Math.round((user + system) / 1_000)} ms`;
  },
};

/** Takes the lock by which `terminate` reaches a thread that is in a loop. */
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
  parentPort!.postMessage({ saw: String(await ACTS[(workerData as { act: string }).act]!()) });
} catch (error) {
  parentPort!.postMessage({ failed: error instanceof Error ? error.message : String(error) });
}
