import { LineWriter, type LogFormat, Logger, lostLines } from "../../runtime/log/mod.ts";
import type { LogLevel } from "../../value/mod.ts";
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
  level: LogLevel;
  /** Counts as SIGTERM when it resolves. Default: never. */
  gone?: Promise<void> | undefined;
}

/** Starts an engine, and again when it ends unexpectedly, until it is told to end. @returns The exit code. */
export async function supervise(
  { words, readsInput, format, level, gone }: SuperviseOptions,
): Promise<number> {
  const command = await engineCommand(words);
  const input = readsInput ? await new Response(Deno.stdin.readable).bytes() : undefined;
  const writer = new LineWriter(Deno.stderr, { lost: (count) => lostLines(format, count) });
  const write = (line: string) => writer.write(line);
  const supervisor = new Supervisor({ command, input, write, logger: new Logger({ format, level, write }) });
  void gone?.then(() => supervisor.stop());
  try {
    return await supervisor.run();
  } finally {
    await writer.flush(LAST);
  }
}
