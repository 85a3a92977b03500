import { isError, isList, isMap, NONE, Stream, type Value } from "../../value/mod.ts";

/** How long a value is shown, in characters. */
const LONGEST = 200;

/** Returns a value on one line, cut where it is long. */
export function summary(value: Value | Error | typeof NONE | undefined, longest = LONGEST): string {
  if (value === undefined || value === NONE) return "nothing";
  const text = isError(value) ? errorText(value as Error) : JSON.stringify(plain(value as Value));
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function errorText(error: Error & { code?: unknown }): string {
  return `the error ${JSON.stringify(error.message)}${error.code === undefined ? "" : ` (${error.code})`}`;
}

/** Returns a value as data that JSON and YAML can hold. */
export function plain(value: Value | Error): unknown {
  if (isError(value)) {
    const { message, code, details } = value as Error & { code?: unknown; details?: Value };
    return {
      error: message,
      ...code !== undefined && { code },
      ...details !== undefined && { details: plain(details) },
    };
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return `bytes ${value.toBase64()}`;
  if (value instanceof Stream) return "a stream";
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (isList(value)) return value.map(plain);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}

/** Returns an error with where and on which way it arose. */
export function describeError(error: Error & { code?: unknown; position?: string; path?: readonly string[] }): string {
  const { message, code, position, path } = error;
  return [
    position === undefined ? "" : `${position}: `,
    message,
    code === undefined ? "" : ` (${code})`,
    path === undefined ? "" : `, at ${path.join(" > ")}`,
  ].join("");
}
