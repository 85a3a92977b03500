import { printable } from "../spec/mod.ts";
import { causes, type Failure, type LogLevel } from "../value/mod.ts";

/** The fields of a log line besides its message. */
export interface LogFields {
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

/** The log levels, least severe first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes log lines. Each takes exactly one line, whatever its values contain. */
export class Logger {
  readonly #format: LogFormat;
  readonly #minimum: number;
  readonly #write: (line: string) => void;

  /**
   * Makes a logger.
   *
   * @param options `level`: the least severe level that is written, default `info`. `write`: writes a line, default to
   * standard error.
   */
  constructor(options: { format?: LogFormat; level?: LogLevel; write?: (line: string) => void } = {}) {
    this.#format = options.format ?? "text";
    this.#minimum = LOG_LEVELS.indexOf(options.level ?? "info");
    this.#write = options.write ?? writeError;
  }

  /** Writes a line. */
  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#minimum) return;
    const time = new Date().toISOString();
    if (this.#format === "json") this.#write(JSON.stringify({ time, level, message, ...fields }));
    else this.#write(`${time} ${level.padEnd(5)} ${format(message, fields)}`);
  }

  /** Writes an error with its path, position and causes. */
  failure(error: Failure, fields: LogFields = {}, level: LogLevel = "error"): void {
    this.log(level, error.message, { ...fields, ...describe(error) });
  }
}

/** Returns the path, the position and the causes of an error. */
export function describe(error: Failure): LogFields {
  const fields: LogFields = {};
  if (error.path !== undefined && error.path.length > 0) fields.path = error.path.join(" > ");
  const [, ...inner] = causes(error) as Failure[];
  const position = error.position ?? inner.find((cause) => cause.position !== undefined)?.position;
  if (position !== undefined) fields.position = position;
  const cause = inner.map(({ message }) => message).filter((message) => message !== error.message).join(": ");
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

const encoder = new TextEncoder();

function writeError(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
}
