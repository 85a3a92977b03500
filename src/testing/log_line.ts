import type { LogLevel } from "../value/mod.ts";

/** A line of the log. */
export interface LogLine {
  /** How severe it is. */
  readonly level: LogLevel;
  /** What it says, without what the other fields say. */
  readonly message: string;
  /** The name of the node. */
  readonly node?: string;
  /** The id of the process. */
  readonly process?: string;
  /** The path of the packet: `web.out > router.out[0] > hello`. */
  readonly path?: string;
  /** The position in a file: `file:line:column`. */
  readonly position?: string;
  /** The messages of the causes, outermost first. */
  readonly cause?: string;
}

/** Returns the line that a logger of the format `json` has written. */
export function readLogLine(line: string): LogLine {
  const { time: _, ...read } = JSON.parse(line) as LogLine & { time: string };
  return read;
}
