const ROOT = new URL("../", import.meta.url);
/** How many units of processor time `/proc` counts in a second. */
const TICKS = 100;

/** A server in a process of its own, and what the system knows of it. Linux only. */
export class ServerProcess {
  readonly #child: Deno.ChildProcess;

  private constructor(readonly name: string, readonly url: string, child: Deno.ChildProcess) {
    this.#child = child;
  }

  /**
   * Starts a program of this repository that says `listening <url>`.
   *
   * @param args Of `deno run`.
   * @param input What it reads from standard input.
   * @throws {Error} If it ends before it listens.
   */
  static async start(name: string, args: string[], input = ""): Promise<ServerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--quiet", ...args],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    await new Blob([input]).stream().pipeTo(child.stdin);
    return new ServerProcess(name, await listening(name, child.stdout), child);
  }

  /** Processor time that it and the programs that it has started have used so far, in seconds. */
  async processorTime(): Promise<number> {
    const pids = [this.#child.pid, ...await this.children()];
    const times = await Promise.all(pids.map(async (pid) => {
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
      // the second field is a name in brackets, which may hold anything
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    }));
    return times.reduce((sum, time) => sum + time, 0);
  }

  /** The ids of the programs that it has started. */
  async children(): Promise<number[]> {
    const { pid } = this.#child;
    const lists = await Promise.all(
      Array.from(
        Deno.readDirSync(`/proc/${pid}/task`),
        ({ name }) => Deno.readTextFile(`/proc/${pid}/task/${name}/children`).catch(() => ""),
      ),
    );
    return lists.join(" ").split(/\s+/).filter((id) => id !== "").map(Number);
  }

  /** Resident memory, in MiB. */
  async residentMemory(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.#child.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#child.status;
  }
}

/** Waits for the URL, and goes on reading: a server must not wait for somebody to take its lines. */
async function listening(name: string, out: ReadableStream<Uint8Array>): Promise<string> {
  const lines = out.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await lines.read();
    if (done) throw new Error(`${name} ended before it listened:\n${text}`);
    text += value;
    const url = /^listening\s+(\S+)\s/m.exec(text)?.[1];
    if (url === undefined) continue;
    void (async () => {
      while (!(await lines.read()).done);
    })();
    return url;
  }
}
