import { run } from "../../src/cli/mod.ts";
import { ThreadCompiler } from "../../src/compiler/mod.ts";
import { Logger, Runtime, type RuntimeOptions, schemeOf } from "../../src/runtime/mod.ts";
import { openStore } from "../../src/store/mod.ts";

/** Parses the code of all commands and runtimes of a test file: a thread for each would take half of the time of the tests. */
const compiler = new ThreadCompiler();
compiler.warm();

/** The result of a command. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Options of a command. */
export interface RunOptions {
  /** The standard input. */
  input?: string;
  env?: Record<string, string>;
}

/** Runs a command in this process. */
export async function runCommand(args: readonly string[], { input = "", env = {} }: RunOptions = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(args, {
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    input: () => Promise.resolve(input),
    env: (name) => ({ USER: "tester", ...env })[name],
  }, { compiler });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** A temporary folder that is the working directory until it is disposed of and removed. */
export class Project implements AsyncDisposable {
  readonly folder: string;
  readonly #before = Deno.cwd();

  /** @param files Contents by path; maps and lists are written as JSON. */
  constructor(files: Record<string, unknown> = {}) {
    this.folder = Deno.makeTempDirSync({ prefix: "weft-" });
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    Deno.chdir(this.folder);
  }

  write(path: string, content: unknown): void {
    const full = `${this.folder}/${path}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(full, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }

  /** Runs a command in this process. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return runCommand(args, options);
  }

  /** Runs a command line, with words in single quotes if needed. @returns Its output. @throws {Error} If it fails. */
  async weft(line: string, options?: RunOptions): Promise<string> {
    const { code, out, err } = await this.run(wordsOf(line), options);
    if (code !== 0) throw new Error(`weft ${line} failed with code ${code}: ${err}`);
    return out;
  }

  /** Runs a command line that must fail. @returns The exit code and the errors. */
  async fail(line: string, options?: RunOptions): Promise<[code: number, err: string]> {
    const { code, out, err } = await this.run(wordsOf(line), options);
    if (code === 0) throw new Error(`weft ${line} did not fail: ${out}`);
    return [code, err];
  }

  /** Runs a command line with JSON output. */
  // deno-lint-ignore no-explicit-any -- tests know the shape
  async json(line: string, options?: RunOptions): Promise<any> {
    return JSON.parse(await this.weft(`${line} --output json`, options));
  }

  /** Starts a runtime in this process on the store of this folder. */
  async runtime(options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
    return await Runtime.start({
      store: await openStore(".weft/registry.db"),
      scheme: schemeOf(),
      logger: new Logger({ write: () => {} }),
      executors: 1,
      ...options,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    Deno.chdir(this.#before);
    return Deno.remove(this.folder, { recursive: true });
  }
}

/** Splits a command line into words. */
export function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare!);
}
