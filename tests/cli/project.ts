import { run } from "../../src/cli/mod.ts";
import { loadScheme, Logger, Runtime, type RuntimeOptions } from "../../src/runtime/mod.ts";
import { openStore } from "../../src/store/mod.ts";

/** What a command did. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** How a command is run. */
export interface RunOptions {
  /** What it reads from standard input. */
  input?: string;
  env?: Record<string, string>;
}

/** A folder that is the working directory until it is disposed of, and gone then. */
export class Project implements AsyncDisposable {
  readonly folder: string;
  readonly #before = Deno.cwd();

  /** @param files By path; a map or list is written as JSON. */
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

  /** Runs a command line in this program, in this folder. */
  async run(args: readonly string[], { input = "", env = {} }: RunOptions = {}): Promise<Ran> {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(args, {
      print: (line) => out.push(line),
      warn: (line) => err.push(line),
      input: () => Promise.resolve(input),
      env: (name) => ({ USER: "tester", ...env })[name],
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }

  /** The same, written as one would type it; words may be in single quotes. @throws {Error} If it fails. */
  async weft(line: string, options?: RunOptions): Promise<string> {
    const { code, out, err } = await this.run(wordsOf(line), options);
    if (code !== 0) throw new Error(`weft ${line} ends with ${code}: ${err}`);
    return out;
  }

  /** The same, which is to fail. @returns What it complains of, and the exit code. */
  async refusal(line: string, options?: RunOptions): Promise<[code: number, err: string]> {
    const { code, out, err } = await this.run(wordsOf(line), options);
    if (code === 0) throw new Error(`weft ${line} does not fail: ${out}`);
    return [code, err];
  }

  /** What a command prints as JSON. */
  // deno-lint-ignore no-explicit-any -- the tests say what shape it has
  async json(line: string, options?: RunOptions): Promise<any> {
    return JSON.parse(await this.weft(`${line} --output json`, options));
  }

  /** Starts a runtime of this program on the store of this folder. */
  async runtime(options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
    return await Runtime.start({
      store: await openStore(".weft/registry.db"),
      scheme: await loadScheme(),
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

/** The words of a command line. */
export function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare!);
}
