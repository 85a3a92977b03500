import { tmpdir } from "node:os";
import process from "node:process";
import { taskArguments } from "../../scripts/task_arguments.ts";
import { TextLineStream } from "./text_line_stream.ts";

const ROOT = new URL("../../", import.meta.url);

/** Options of a `weft` process. */
export interface WeftOptions {
  args: string[];
  /** The standard input. */
  input?: string;
  env?: Record<string, string>;
  /** How many files it may have open. Default the limit of the tests. */
  openFiles?: number;
  /** The program that is started. Default Deno. */
  command?: string;
  /** Whether it has a process group of its own. Default false. */
  detached?: boolean;
  /** What Deno runs. Default: the checkout, with the permissions of the task `weft`. */
  program?: string[];
  /** Permissions beyond those of the task, as `WEFT_ALLOW` has them. Default: to write to temporary files. */
  allow?: string[];
  /** The folder to run in. Default the root of the checkout. */
  folder?: string;
}

/** Tests keep their files in the folder of temporary ones. */
const ALLOW = [`--allow-write=${tmpdir()}`];

/** What a host needs beyond the permissions of the task to start programs. */
export const ALLOW_PROGRAMS = [
  `--allow-run=${Deno.execPath()}`,
  "--allow-env=NODE_V8_COVERAGE,DENO_DIR,HOME,XDG_CACHE_HOME",
];

/**
 * Returns the permissions that a README adds by `WEFT_ALLOW`, as a shell reads them.
 *
 * @param at Which of its blocks of commands that do so. Default the first.
 */
export async function readmeAllow(path: string, at = 0): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const block = text.split("```").filter((block) => block.includes("export WEFT_ALLOW="))[at]!;
  const lines = block.match(/^export (?:DENO|WEFT_ALLOW)=.*$/gm) ?? [];
  // any Deno says where it is
  const script = lines.join("\n").replaceAll("npx -y deno@2.9.6", Deno.execPath());
  const { stdout } = await new Deno.Command("sh", {
    args: ["-euc", `${script}\nprintf %s "$WEFT_ALLOW"`],
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).split(" ");
}

/** Returns what runs Weft from the checkout as the task `weft` does, without a type check. */
function checkout(allow: readonly string[] = ALLOW): string[] {
  const [run, ...flags] = taskArguments("weft", allow);
  return [run!, "--no-check", "--quiet", ...flags];
}

/** The result of a `weft` process. */
export interface Finished {
  code: number;
  out: string;
  err: string;
}

function command(
  { args, env = {}, openFiles, allow, command: own = Deno.execPath(), program = checkout(allow), folder, detached }:
    WeftOptions,
  stdin: "piped" | "null",
): Deno.Command {
  const run = [own, ...program, ...args];
  const [shell, ...rest] = openFiles === undefined
    ? run
    : ["sh", "-c", `ulimit -n ${openFiles} && exec "$@"`, "sh", ...run];
  return new Deno.Command(shell!, {
    args: rest,
    cwd: folder ?? ROOT,
    env: { NO_COLOR: "1", ...env },
    detached: detached ?? false,
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command until it ends. */
export async function weft(args: string[], options: Omit<WeftOptions, "args"> = {}): Promise<Finished> {
  const child = command({ args, ...options }, options.input === undefined ? "null" : "piped").spawn();
  if (options.input !== undefined) await write(child, options.input);
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function write(child: Deno.ChildProcess, input: string): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
}

/** A running `weft start`. */
export class Weft implements AsyncDisposable {
  /** The lines on standard output and standard error. */
  readonly out: string[] = [];
  readonly err: string[] = [];
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #isDetached: boolean;
  readonly #read: Promise<unknown>;
  readonly #watchers = new Set<() => void>();

  private constructor(child: Deno.ChildProcess, isDetached: boolean) {
    this.#child = child;
    this.#isDetached = isDetached;
    this.pid = child.pid;
    this.#read = Promise.all([this.#collect(child.stdout, this.out), this.#collect(child.stderr, this.err)]);
  }

  /** Starts the process and waits until it serves. */
  static async start(options: WeftOptions): Promise<Weft> {
    const child = command(
      { ...options, args: ["start", ...options.args] },
      options.input === undefined ? "null" : "piped",
    )
      .spawn();
    if (options.input !== undefined) await write(child, options.input);
    const weft = new Weft(child, options.detached === true);
    const ended = child.status.then(({ code }) => {
      throw new Error(`weft ended with code ${code}: ${[...weft.out, ...weft.err].join("\n")}`);
    });
    await Promise.race([weft.line(weft.out, /^serving|"message":"serving"/), ended]);
    ended.catch(() => {});
    return weft;
  }

  /** The URLs of its listeners. */
  get urls(): string[] {
    return this.out.flatMap((line) => /^(?:listening +|.*"message":"listening )([^" ]+)/.exec(line)?.[1] ?? []);
  }

  /** The first URL. */
  get url(): string {
    return this.urls[0]!;
  }

  /** Waits for a line that matches. */
  async line(lines: string[], pattern: RegExp, timeout = 60_000): Promise<string> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const found = lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`no line matches ${pattern}:\n${lines.join("\n")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.#watchers.add(() => (clearTimeout(timer), resolve()));
      });
    }
  }

  /** Sends a signal, to all of its process group if it has one of its own. */
  signal(signal: Deno.Signal): void {
    if (this.#isDetached) process.kill(-this.pid, signal);
    else this.#child.kill(signal);
  }

  /** Sends a signal to the program that was started, and to no other of its group. */
  signalOne(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits until the process ends. @returns The exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#read;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch {
      // already ended
    }
    await this.ended();
  }

  async #collect(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      lines.push(line);
      for (const watcher of this.#watchers) watcher();
      this.#watchers.clear();
    }
  }
}
