import { fullMessage, isError, type Value } from "../value/mod.ts";

/**
 * Returns a value as text for people: strings as they are, errors with the messages of their causes, all else as JSON, with
 * bytes as their number.
 *
 * @param length How long the text may get, in characters.
 */
export function valueText(value: Value, length: number): string {
  if (typeof value === "string") return value.slice(0, length);
  if (isError(value)) return fullMessage(value).slice(0, length);
  const text = JSON.stringify(
    value,
    (_, part) =>
      typeof part === "bigint" ? String(part) : part instanceof Uint8Array ? `<${part.byteLength} bytes>` : part,
  );
  return (text ?? String(value)).slice(0, length);
}
