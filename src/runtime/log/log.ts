import { printable } from "../../spec/model/mod.ts";
import { causes, explainPermission, type Failure, type LogLevel } from "../../value/mod.ts";
import { LOG_LEVELS, type LogLevels, type LogPart } from "./levels.ts";
import { LineLimit } from "./line_limit.ts";
import { LineWriter } from "./line_writer.ts";

/** The fields of a log line besides its message. */
export interface LogFields {
  /** The part of the engine that logs. Default `nodes` for a line of a node, else `engine`. */
  part?: LogPart;
  /** The id of the process. */
  process?: string;
  /** The name of the node. */
  node?: string;
  /** The path of the packet: `web.out > router.out[0] > hello`. */
  path?: string;
  /** The position in a file: `file:line:column`. */
  position?: string;
  /** The messages of the causes, outermost first. */
  cause?: string;
}

/** The format of log lines. */
export type LogFormat = "text" | "json";

/** How many lines a second a node may write by default. */
const LINES_PER_SECOND = 1_000;

/** Options of a `Logger`. */
export interface LoggerOptions {
  /** Default `text`. */
  format?: LogFormat;
  /** The least severe level that is written. Default `info`. */
  level?: LogLevel;
  /** The least severe levels by part, in place of `level`. */
  levels?: LogLevels;
  /** How many lines a second each node may write; 0 for any number. Default 1,000. */
  limit?: number;
  /** Writes a line. Default: to standard error, in the background; what cannot be written is dropped. */
  write?: (line: string) => void;
}

/** Writes log lines. Each takes exactly one line, whatever its values contain. */
export class Logger {
  readonly #format: LogFormat;
  readonly #limit: LineLimit;
  /** The least severe level that any part writes. */
  readonly #minimum: number;
  readonly #levels: LogLevels;
  readonly #write: (line: string) => void;
  readonly #redactions: ((text: string) => string)[] = [];

  /** Makes a logger. */
  constructor(options: LoggerOptions = {}) {
    const format = this.#format = options.format ?? "text";
    const levels = this.#levels = options.levels ?? { all: options.level ?? "info", parts: {} };
    this.#minimum = Math.min(...[levels.all, ...Object.values(levels.parts)].map((level) => LOG_LEVELS.indexOf(level)));
    this.#write = options.write ?? ((line) => standardError(format).write(line));
    this.#limit = new LineLimit(options.limit ?? LINES_PER_SECOND, (node, dropped) => {
      const message = `${dropped} of its lines were dropped: more than ${
        options.limit ?? LINES_PER_SECOND
      } in a second`;
      this.#write(formatLine(format, "warn", message, { node }));
    });
  }

  /** Reports whether lines of a level are written. @param part Of this part. Default: of any. */
  has(level: LogLevel, part?: LogPart): boolean {
    const { all, parts } = this.#levels;
    return LOG_LEVELS.indexOf(level) >= (part === undefined ? this.#minimum : LOG_LEVELS.indexOf(parts[part] ?? all));
  }

  /** Writes a line. */
  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.has(level, partOf(fields))) return;
    if (fields.node !== undefined && !this.#limit.take(fields.node)) return;
    this.#write(formatLine(this.#format, level, this.#redacted(message), this.#redactedFields(fields)));
  }

  /** Adds what takes secrets out of everything that is written from here on. */
  redactBy(redact: (text: string) => string): void {
    this.#redactions.push(redact);
  }

  #redacted(text: string): string {
    return this.#redactions.reduce((text, redact) => redact(text), text);
  }

  #redactedFields(fields: LogFields): LogFields {
    if (this.#redactions.length === 0) return fields;
    return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text && this.#redacted(text)]));
  }

  /** Tells at once how many lines were dropped because of the limit, and waits for nothing more. */
  finish(): void {
    this.#limit.finish();
  }

  /** Writes an error with its path, position and causes. */
  failure(error: Failure, fields: LogFields = {}, level: LogLevel = "error"): void {
    if (this.has(level)) this.log(level, explainPermission(error.message), { ...fields, ...describe(error) });
  }
}

/** Formats a line of the log. */
export function formatLine(lineFormat: LogFormat, level: LogLevel, message: string, fields: LogFields = {}): string {
  const time = new Date().toISOString();
  if (lineFormat === "json") return JSON.stringify({ time, level, part: partOf(fields), message, ...fields });
  return `${time} ${level.padEnd(5)} ${format(message, fields)}`;
}

/** Returns a line that tells how many lines of the log could not be written. */
export function lostLines(format: LogFormat, count: number): string {
  return formatLine(format, "warn", `${count} lines of the log could not be written`);
}

/** Returns the path, the position and the causes of an error. */
export function describe(error: Failure): LogFields {
  const fields: LogFields = {};
  if (error.path !== undefined && error.path.length > 0) fields.path = error.path.join(" > ");
  const [, ...inner] = causes(error) as Failure[];
  const position = error.position ?? inner.find((cause) => cause.position !== undefined)?.position;
  if (position !== undefined) fields.position = position;
  const message = explainPermission(error.message);
  const reasons = inner.map((cause) => explainPermission(cause.message));
  const cause = reasons.filter((reason) => reason !== message).join(": ");
  if (cause !== "") fields.cause = cause;
  return fields;
}

function format(message: string, { process, node, path, position, cause }: LogFields): string {
  const parts = [];
  if (process !== undefined) parts.push(`[${process}]`);
  if (path !== undefined) parts.push(`${printable(path)}:`);
  else if (node !== undefined) parts.push(`${printable(node)}:`);
  if (position !== undefined) parts.push(`${printable(position)}:`);
  parts.push(printable(message));
  if (cause !== undefined) parts.push(`(${printable(cause)})`);
  return parts.join(" ");
}

function partOf({ part, node }: LogFields): LogPart {
  return part ?? (node === undefined ? "engine" : "nodes");
}

let stderr: LineWriter | undefined;

function standardError(format: LogFormat): LineWriter {
  return stderr ??= new LineWriter(Deno.stderr, { lost: (count) => lostLines(format, count) });
}
