import { formatLine, LineWriter, type LogFormat, lostLines } from "../../runtime/log/mod.ts";
import type { LogLevel } from "../../value/mod.ts";
import type { Terminal } from "../options/command.ts";

/** How long the last lines may take to be written, in milliseconds. */
const LAST = 1_000;

/** The terminal of a program that runs on: what it prints and logs must never stop it. */
export interface LastingTerminal {
  readonly terminal: Terminal;
  /** Writes a line of the log; undefined for a terminal without streams, whose log is the logger's own. */
  readonly log: ((line: string) => void) | undefined;
  /** Writes a line to standard output as it is. */
  readonly out: (line: string) => void;
  /** Waits for the last lines, for a second at most. */
  flush(): Promise<void>;
}

/**
 * Returns a terminal whose lines are written in the background. Those that cannot be written are dropped and counted: a
 * full disk or a pipe that nobody reads neither ends the program nor makes it wait. Where the log is JSON, all that is
 * printed is a line of it.
 */
export function lastingTerminal(terminal: Terminal, format: LogFormat): LastingTerminal {
  const { streams } = terminal;
  if (streams === undefined) {
    const out = (line: string) => terminal.print(line);
    return { terminal: logged(terminal, format), log: undefined, out, flush: () => Promise.resolve() };
  }
  const out = new LineWriter(streams.out);
  const error = new LineWriter(streams.error, { lost: (count) => lostLines(format, count) });
  const warn = (line: string) => error.write(line);
  const print = (line: string) => out.write(line);
  return {
    terminal: logged({ ...terminal, print, warn }, format),
    log: warn,
    out: print,
    flush: async () => void await Promise.all([out.flush(LAST), error.flush(LAST)]),
  };
}

/** Returns a terminal whose lines are those of a log in JSON, if the log is that. */
export function logged(terminal: Terminal, format: LogFormat): Terminal {
  if (format !== "json") return terminal;
  return {
    ...terminal,
    // columns that are aligned for people
    print: (line) => terminal.print(formatLine(format, "info", line.trim().replace(/ {2,}/g, " "))),
    warn: (line) => terminal.warn(formatLine(format, levelOf(line), line)),
  };
}

/** Returns the level of a line for standard error: an error in a file, or a warning. */
function levelOf(line: string): LogLevel {
  return /:\d+:\d+: (?!warning: )/.test(line) ? "error" : "warn";
}
