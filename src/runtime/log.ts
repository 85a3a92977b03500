import { printable } from "../spec/mod.ts";
import { causes, type Failure, type LogLevel } from "../value/mod.ts";

/** What a log line says beside its message. */
export interface LogFields {
  /** Id of the process. */
  process?: string;
  /** Name of the node. */
  node?: string;
  /** The way of the packet: `web.out > router.out[0] > hello`. */
  path?: string;
  /** `file:line:column`. */
  position?: string;
  /** Messages of the causes, outermost first. */
  cause?: string;
}

/** How lines are written. */
export type LogFormat = "text" | "json";

/** The levels, least grave first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes log lines: one line each, whatever a value holds. */
export class Logger {
  readonly #format: LogFormat;
  readonly #least: number;
  readonly #write: (line: string) => void;

  /**
   * @param options `level`: the least grave one that is written, default `info`; `write`: where to, default standard
   * error.
   */
  constructor(options: { format?: LogFormat; level?: LogLevel; write?: (line: string) => void } = {}) {
    this.#format = options.format ?? "text";
    this.#least = LOG_LEVELS.indexOf(options.level ?? "info");
    this.#write = options.write ?? writeError;
  }

  /** Writes one line. */
  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#least) return;
    const time = new Date().toISOString();
    if (this.#format === "json") this.#write(JSON.stringify({ time, level, message, ...fields }));
    else this.#write(`${time} ${level.padEnd(5)} ${asText(message, fields)}`);
  }

  /** Writes an error with what it knows of where it arose. */
  failure(error: Failure, fields: LogFields = {}): void {
    this.log("error", error.message, { ...fields, ...describe(error) });
  }
}

/** What an error says of where and why it arose. */
export function describe(error: Failure): LogFields {
  const fields: LogFields = {};
  if (error.path !== undefined && error.path.length > 0) fields.path = error.path.join(" > ");
  const [, ...behind] = causes(error) as Failure[];
  const position = error.position ?? behind.find((cause) => cause.position !== undefined)?.position;
  if (position !== undefined) fields.position = position;
  const cause = behind.map(({ message }) => message).filter((message) => message !== error.message).join(": ");
  if (cause !== "") fields.cause = cause;
  return fields;
}

function asText(message: string, { process, node, path, position, cause }: LogFields): string {
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
