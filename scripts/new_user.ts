// Does what docs/start.md says, as a new user would: makes a project in an empty folder, and runs the commands of the page
// one after another, edits files as it says, and compares what is printed.
//
//   deno run -A scripts/new_user.ts

import { basename, join } from "node:path";

const ROOT = new URL("../", import.meta.url).pathname;
const PAGE = new URL("docs/start.md", new URL("../", import.meta.url));

/** How long to wait for what a change has to bring about, in milliseconds. Only a hang takes so long. */
const PATIENCE = 60_000;

/** A step of the page. */
type Step =
  | { readonly do: "run"; readonly command: string; readonly output: string }
  | { readonly do: "wait"; readonly lines: string }
  | { readonly do: "edit"; readonly file: string; readonly from: string; readonly to: string };

/**
 * Returns the steps of a page: its blocks of commands, of what the program in the background prints, and of changes below
 * the name of a file.
 */
export function stepsOf(page: string): Step[] {
  const blocks = page.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(console|text|diff)\n([^]*?)^```$/gm);
  return Array.from(blocks).flatMap(([, file, language, body]): Step[] => {
    if (language === "diff") {
      const lines = (sign: string) =>
        body!.split("\n").filter((line) => line.startsWith(sign)).map((line) => `${line.slice(1)}\n`).join("");
      return [{ do: "edit", file: file!, from: lines("-"), to: lines("+") }];
    }
    if (language === "text") return [{ do: "wait", lines: body! }];
    return body!.split(/^\$ /m).slice(1).map((part) => {
      const [command, ...output] = part.trimEnd().split("\n");
      return { do: "run", command: command!, output: output.join("\n") };
    });
  });
}

/** Returns a pattern for an output, in which `...` stands for anything. */
export function patternOf(output: string): RegExp {
  const escaped = output.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("\\.\\.\\.", "[^]*")}$`);
}

/** A new user, who works in a folder with a shell. */
class NewUser implements AsyncDisposable {
  readonly #home: string;
  #folder: string;
  /** What is served in the background. */
  #server: { child: Deno.ChildProcess; output: () => string; url: string } | undefined;
  readonly #tell: (line: string) => void;

  /**
   * @param home An empty folder, which is the page's `..`.
   * @param tell Told of each step.
   */
  constructor(home: string, tell: (line: string) => void) {
    this.#home = home;
    this.#folder = ROOT;
    this.#tell = tell;
  }

  async do(step: Step): Promise<void> {
    if (step.do === "edit") return await this.#edit(step.file, step.from, step.to);
    if (step.do === "wait") return await this.#wait(step.lines);
    const { command, output } = step;
    this.#tell(`$ ${command}`);
    const [, folder] = /^cd (\S+)$/.exec(command) ?? [];
    if (folder !== undefined) this.#folder = this.#path(folder);
    else if (command.endsWith(" &")) await this.#serve(command.slice(0, -2), output);
    else await this.#run(command, output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.child.kill("SIGTERM");
    await this.#server?.child.status;
  }

  async #edit(file: string, from: string, to: string): Promise<void> {
    this.#tell(`# edit ${file}`);
    const path = join(this.#folder, file);
    const text = await Deno.readTextFile(path);
    if (text.split(from).length !== 2) throw new Error(`${file} has not once what the page changes:\n${from}`);
    await Deno.writeTextFile(path, text.replace(from, () => to));
  }

  async #wait(lines: string): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    while (!this.#server?.output().includes(lines)) {
      if (performance.now() > deadline) throw new Error(`nothing in the background printed\n${lines}${this.#told()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #run(command: string, expected: string): Promise<void> {
    const pattern = patternOf(expected);
    const deadline = performance.now() + (command.startsWith("curl ") ? PATIENCE : 0);
    for (;;) {
      const { stdout, stderr } = await this.#shell(command).output();
      const output = [stdout, stderr].map((bytes) => this.#shown(new TextDecoder().decode(bytes)))
        .filter((text) => text !== "").join("\n");
      if (pattern.test(output)) return;
      if (performance.now() > deadline) {
        throw new Error(`${command} printed\n${output}\n--- and the page says\n${expected}${this.#told()}`);
      }
      // a change takes effect soon after it is saved
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #serve(command: string, expected: string): Promise<void> {
    const child = this.#shell(`exec ${command} -e PORT=0`).spawn();
    let output = "";
    const read = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
    };
    const ended = Promise.all([read(child.stdout), read(child.stderr)]);
    this.#server = { child, output: () => output, url: "" };
    const deadline = performance.now() + PATIENCE;
    while (!/^serving$/m.test(output)) {
      const state = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50, "waits"))]);
      if (state !== "waits" || performance.now() > deadline) throw new Error(`${command} does not serve:\n${output}`);
    }
    const [, url] = /^listening +(http:\/\/\S+)$/m.exec(output)!;
    this.#server.url = url!;
    const printed = this.#shown(output).replace(url!, "http://127.0.0.1:8000");
    if (!patternOf(expected).test(printed)) throw new Error(`${command} printed\n${printed}\n--- not\n${expected}`);
  }

  #shell(command: string): Deno.Command {
    return new Deno.Command("sh", {
      args: ["-c", this.#onThisMachine(command)],
      cwd: this.#folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Returns a command with this machine's Deno, folders and address. */
  #onThisMachine(command: string): string {
    const [host] = this.#server?.url.split("//").slice(1) ?? [];
    return command
      .replaceAll("npx -y deno@2.9.6", Deno.execPath())
      .replaceAll(/(?<= )\.\.\/\S+/g, (path) => this.#path(path))
      .replaceAll("localhost:8000", host ?? "localhost:8000");
  }

  /** Returns what a command prints, with the page's folders, and without what Deno tells of itself. */
  #shown(output: string): string {
    const lines = output.replaceAll(this.#home, "..").split("\n");
    return lines.filter((line) => !/^(Task|Download|Initialize) /.test(line)).join("\n").trimEnd();
  }

  #path(path: string): string {
    return join(this.#home, basename(path));
  }

  #told(): string {
    return this.#server === undefined ? "" : `\n--- what is served said\n${this.#server.output()}`;
  }
}

/**
 * Does what a page says, in a new folder.
 *
 * @param tell Told of each step.
 * @returns The number of steps.
 * @throws {Error} At the first step that is not as the page says.
 */
export async function followPage(page: string, tell: (line: string) => void = () => {}): Promise<number> {
  const home = await Deno.makeTempDir({ prefix: "weft-new-user-" });
  try {
    await using user = new NewUser(home, tell);
    const steps = stepsOf(page);
    for (const step of steps) await user.do(step);
    return steps.length;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

if (import.meta.main) {
  const began = performance.now();
  const steps = await followPage(await Deno.readTextFile(PAGE), console.log);
  console.log(`${steps} steps: all as docs/start.md says (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}
