import { formatLine, LineWriter, type LogFormat, Logger, type LogLevels, lostLines } from "../../runtime/log/mod.ts";
import { engineCommand } from "./engine_command.ts";
import { Supervisor } from "./supervisor.ts";

/** How long the last lines may take to be written, in milliseconds. */
const LAST = 1_000;

/** Options of `supervise`. */
export interface SuperviseOptions {
  /** The command line without the name of the program. */
  words: readonly string[];
  /** Whether the engine reads specs from standard input. */
  readsInput: boolean;
  format: LogFormat;
  levels: LogLevels;
  /** Counts as SIGTERM when it resolves. Default: never. */
  gone?: Promise<void> | undefined;
}

/** Starts an engine, and again when it ends unexpectedly, until it is told to end. @returns The exit code. */
export async function supervise(
  { words, readsInput, format, levels, gone }: SuperviseOptions,
): Promise<number> {
  const command = await engineCommand(words);
  const input = readsInput ? await new Response(Deno.stdin.readable).bytes() : undefined;
  const writer = new LineWriter(Deno.stderr, { lost: (count) => lostLines(format, count) });
  const write = (line: string) => writer.write(line);
  // what the engine writes besides its log, at its end for example, is a line of the log here
  const pass = (line: string) => write(format === "json" && !isJson(line) ? wrapped(line) : line);
  const supervisor = new Supervisor({ command, input, write: pass, logger: new Logger({ format, levels, write }) });
  void gone?.then(() => supervisor.stop());
  try {
    return await supervisor.run();
  } finally {
    await writer.flush(LAST);
  }
}

/** Returns a line of the engine that is none of its log, as one. */
function wrapped(line: string): string {
  return formatLine("json", "error", line, { part: "engine" });
}

/** Reports whether a line looks like one of a log in JSON. */
function isJson(line: string): boolean {
  return line.startsWith('{"time":') && line.endsWith("}");
}
