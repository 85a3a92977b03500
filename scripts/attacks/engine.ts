import { taskArguments } from "../task_arguments.ts";

/** Options of an engine that is attacked. */
export interface EngineOptions {
  specs: unknown;
  adminPort: number;
  isolation: "thread" | "process";
  /** Further flags of `weft start`. */
  args: readonly string[];
}

/** How many of its last lines are kept. */
const KEPT = 200;
/** The flags that executors that are programs need: Deno, and where it keeps its cache. */
const PROCESS = ["--allow-run=" + Deno.execPath(), "--allow-env=DENO_DIR,HOME,XDG_CACHE_HOME,NODE_V8_COVERAGE,PATH"];
const ROOT = new URL("../../", import.meta.url);

/** The engine as a program of its own. */
export class Engine implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #status: string;
  readonly #lines: string[] = [];
  readonly #deaths: string[] = [];
  readonly #read: Promise<unknown>;
  #signal: string | undefined;

  private constructor(child: Deno.ChildProcess, adminPort: number) {
    this.#child = child;
    this.#status = `http://127.0.0.1:${adminPort}/status`;
    this.#read = Promise.all([this.#collect(child.stdout), this.#collect(child.stderr)]);
    void child.status.then(({ code, signal }) => this.#signal = signal ?? `code ${code}`);
  }

  /** Starts the engine, and waits until it serves. @throws {Error} If it ends instead. */
  static async start({ specs, adminPort, isolation, args }: EngineOptions): Promise<Engine> {
    const [run, ...flags] = taskArguments("weft", isolation === "process" ? PROCESS : []);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...[run!, "--no-check", "--quiet", ...flags, "start", "-f", "-", "--dev", "--isolation", isolation],
        ...["--admin", `127.0.0.1:${adminPort}`, ...args],
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const engine = new Engine(child, adminPort);
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(specs)));
    await writer.close();
    while (!engine.#lines.includes("serving")) {
      if (engine.ended !== undefined) throw new Error(`the engine ended (${engine.ended}):\n${engine.lastLines()}`);
      await wait(20);
    }
    await engine.settle(60_000);
    return engine;
  }

  /** How the program ended: a signal or a code. Undefined while it runs. */
  get ended(): string | undefined {
    return this.#signal;
  }

  /** Returns the last lines that it has written. */
  lastLines(count = 15): string {
    return this.#lines.slice(-count).map((line) => line.slice(0, 300)).join("\n");
  }

  /** Returns why executors have ended since this was last called, in the words of the log. */
  takeDeaths(): string[] {
    return this.#deaths.splice(0);
  }

  /** Waits until all executors are up, the spare too. @returns Whether they are in time. */
  async settle(timeout: number): Promise<boolean> {
    const deadline = performance.now() + timeout;
    do {
      if (this.ended !== undefined) return false;
      const executors = await this.#executors();
      if (executors.some(({ state }) => state === "spare") && executors.every(isIdle)) return true;
      await wait(25);
    } while (performance.now() < deadline);
    return false;
  }

  async #executors(): Promise<{ state: string; inFlight: number }[]> {
    try {
      const response = await fetch(this.#status, { signal: AbortSignal.timeout(1_000) });
      return (await response.json() as { executors: { state: string; inFlight: number }[] }).executors;
    } catch {
      return [];
    }
  }

  /** Returns the resident memory of its program and of all programs below it, in bytes; 0 where /proc does not tell. */
  resident(): number {
    return residentOf(this.#child.pid);
  }

  /**
   * Reports whether a thread besides the main one is busy without a pause. Bystanders keep an
   * executor busy for a small part of the time only.
   */
  async isHeld(): Promise<boolean> {
    await this.settle(5_000); // one that starts is busy too
    for (let tries = 0; tries < 4; tries++) {
      const before = busyTicks(this.#child.pid);
      await wait(300);
      const after = busyTicks(this.#child.pid);
      if (![...after].some(([id, ticks]) => before.has(id) && ticks - before.get(id)! > HELD_TICKS)) return false;
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#child.status;
    await this.#read;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!.slice(0, 2 ** 20);
      this.#deaths.push(
        ...lines.flatMap((line) => /executor \d+ ended.*|executor exits.*/.exec(line)?.[0].slice(0, 200) ?? []),
      );
      this.#lines.push(...lines.slice(-KEPT));
      this.#lines.splice(0, this.#lines.length - KEPT);
    }
  }
}

function isIdle({ state }: { state: string }): boolean {
  return state !== "starting";
}

/** More hundredths of a second of processor time in 0.3 s than bystanders need. */
const HELD_TICKS = 3;

/** Returns the processor time of each thread of a program but the main one, in hundredths of a second. */
function busyTicks(pid: number): Map<string, number> {
  const ticks = new Map<string, number>();
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      if (name === String(pid)) continue;
      const stat = Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`);
      const fields = stat.slice(stat.lastIndexOf(")")).split(" ");
      ticks.set(name, Number(fields[12]) + Number(fields[13]));
    }
  } catch {
    // it has ended
  }
  return ticks;
}

function childrenOf(pid: number, thread: string): number[] {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${thread}/children`).trim();
  return children === "" ? [] : children.split(" ").map(Number);
}

const PAGE = 4096;

function residentOf(pid: number): number {
  try {
    const [, pages] = Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ");
    let bytes = Number(pages) * PAGE;
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      for (const child of childrenOf(pid, name)) bytes += residentOf(child);
    }
    return bytes;
  } catch {
    return 0; // it has ended
  }
}

/** Resolves after a time, in milliseconds. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Returns a port that is free. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
