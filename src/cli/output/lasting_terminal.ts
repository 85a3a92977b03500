import { LineWriter, type LogFormat, lostLines } from "../../runtime/mod.ts";
import type { Terminal } from "../options/command.ts";

/** How long the last lines may take to be written, in milliseconds. */
const LAST = 1_000;

/** The terminal of a program that runs on: what it prints and logs must never stop it. */
export interface LastingTerminal {
  readonly terminal: Terminal;
  /** Writes a line of the log; undefined for a terminal without streams, whose log is the logger's own. */
  readonly log: ((line: string) => void) | undefined;
  /** Waits for the last lines, for a second at most. */
  flush(): Promise<void>;
}

/**
 * Returns a terminal whose lines are written in the background. Those that cannot be written are dropped and counted: a
 * full disk or a pipe that nobody reads neither ends the program nor makes it wait.
 */
export function lastingTerminal(terminal: Terminal, format: LogFormat): LastingTerminal {
  const { streams } = terminal;
  if (streams === undefined) return { terminal, log: undefined, flush: () => Promise.resolve() };
  const out = new LineWriter(streams.out);
  const error = new LineWriter(streams.error, { lost: (count) => lostLines(format, count) });
  const warn = (line: string) => error.write(line);
  return {
    terminal: { ...terminal, print: (line) => out.write(line), warn },
    log: warn,
    flush: async () => void await Promise.all([out.flush(LAST), error.flush(LAST)]),
  };
}
