import { failure, missingPermission } from "../../value/mod.ts";

/** How the engine is started: the program, and its arguments. */
export interface EngineCommand {
  program: string;
  args: string[];
}

/** Prints the words of the command line of the program that is its argument, each ended by a zero. */
const READ_COMMAND_LINE = `
const [pid] = Deno.args;
if (Deno.build.os === "linux") Deno.stdout.writeSync(Deno.readFileSync("/proc/" + pid + "/cmdline"));
else {
  const { stdout } = new Deno.Command("ps", { args: ["-ww", "-o", "args=", "-p", pid] }).outputSync();
  const words = new TextDecoder().decode(stdout).trim().split(" ").filter((word) => word !== "");
  Deno.stdout.writeSync(new TextEncoder().encode(words.map((word) => word + "\\0").join("")));
}`;

/**
 * Returns how this program is started once more, as an engine: with the flags and permissions of Deno that it was started
 * with itself.
 *
 * @param words The command line without the name of the program.
 * @throws {Error} If it may not start Deno, or cannot know how it was started.
 */
export async function engineCommand(words: readonly string[]): Promise<EngineCommand> {
  const program = Deno.execPath();
  const own = engineWords(words);
  if (Deno.build.standalone) return { program, args: own };
  if (Deno.build.os === "windows") throw failure("--supervise is not available on Windows");
  if (Deno.permissions.querySync({ name: "run", command: program }).state !== "granted") {
    throw failure(`--supervise starts the engine as another program: ${missingPermission("run", program)}`);
  }
  const line = await commandLine(program);
  const flags = line.slice(1, line.length - words.length);
  if (line.slice(1 + flags.length).join(" ") !== words.join(" ") || flags.length === 0) {
    throw failure(`--supervise cannot tell how weft was started: ${JSON.stringify(line)}`);
  }
  return { program, args: [...flags, ...own] };
}

/** Returns the command line of an engine under a supervisor. */
export function engineWords(words: readonly string[]): string[] {
  const [command, ...rest] = words;
  const end = rest.indexOf("--");
  const isOther = (word: string, index: number) => end >= 0 && index > end || !/^--(no-)?supervise(=.*)?$/.test(word);
  return [command!, "--no-supervise", ...rest.filter(isOther)];
}

/** Returns the words of the command line of this program. Reading it takes all permissions, which Deno is started with. */
async function commandLine(program: string): Promise<string[]> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile("/proc/self/cmdline");
  } catch {
    const args = ["eval", "--quiet", "--no-config", READ_COMMAND_LINE, String(Deno.pid)];
    const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
    if (code !== 0) throw failure(`--supervise cannot tell how weft was started: ${new TextDecoder().decode(stderr)}`);
    bytes = stdout;
  }
  return new TextDecoder().decode(bytes).split("\0").slice(0, -1);
}
