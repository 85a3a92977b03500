import { type LogLevel, nearest } from "../../value/mod.ts";

/** The log levels, least severe first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** The parts of the engine that log, and what of. */
export const LOG_PARTS = {
  engine: "The start and the end, versions that run or do not, and hooks of nodes.",
  registry: "The store, and how it is followed.",
  nodes: "What nodes log, and the errors of processes.",
  executors: "Threads and programs that end and are replaced.",
  http: "Sockets of listeners.",
  admin: "The server of `--admin`.",
  watch: "Files that are watched.",
  supervisor: "The program beside the engine.",
} as const satisfies Record<string, string>;

/** A part of the engine that logs. */
export type LogPart = keyof typeof LOG_PARTS;

/** The least severe levels that are written: of all parts, and of parts for which another one is named. */
export interface LogLevels {
  /** Default `info`. */
  readonly all: LogLevel;
  readonly parts: Readonly<Partial<Record<LogPart, LogLevel>>>;
}

/**
 * Parses levels as a user writes them: `warn`, `info,registry=debug,http=error`.
 *
 * @throws {Error} What was expected.
 */
export function parseLevels(text: string): LogLevels {
  let all: LogLevel | undefined;
  const parts: Partial<Record<LogPart, LogLevel>> = {};
  for (const item of text.split(",").map((item) => item.trim())) {
    const [, part, level] = /^(?:([^=]*)=)?(.*)$/s.exec(item)!;
    if (part !== undefined && !Object.hasOwn(LOG_PARTS, part)) throw unknownPart(part);
    if (!LOG_LEVELS.includes(level as LogLevel)) throw new Error(EXPECTED);
    if (part !== undefined) parts[part as LogPart] = level as LogLevel;
    else if (all === undefined) all = level as LogLevel;
    else throw new Error("expected one level for all parts");
  }
  return { all: all ?? "info", parts };
}

const EXPECTED = "expected debug, info, warn or error, for all or for parts: info,http=warn";

function unknownPart(part: string): Error {
  const known = Object.keys(LOG_PARTS);
  const meant = nearest(part, known);
  const hint = meant === undefined ? `parts are ${known.join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
  return new Error(`unknown part ${JSON.stringify(part)}; ${hint}`);
}
