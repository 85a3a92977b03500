/** A parsed `Content-Type`. */
export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly type: string;
  /** By name in lower case. Of several with one name, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The format of a value of some media type. */
export type Format = "json" | "form" | "multipart" | "text" | "bytes";

const TYPE = /^\s*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)\s*(?=;|$)/;
const PARAMETER = /;\s*(?:([^\s=;"]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))\s*)?/y;

/**
 * Parses a `Content-Type`.
 *
 * @returns Undefined if it is invalid. If only the parameters are, those before the first invalid one.
 *
 * @example
 * ```ts
 * parseMediaType('Text/Plain; charset="utf-8"'); // { type: "text/plain", parameters: Map { "charset" => "utf-8" } }
 * ```
 */
export function parseMediaType(text: string): MediaType | undefined {
  const head = TYPE.exec(text);
  if (head === null) return undefined;
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = head[0].length;
  for (let match; (match = PARAMETER.exec(text)) !== null;) {
    const [, name, quoted, plain] = match;
    if (name === undefined || parameters.has(name.toLowerCase())) continue;
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain!);
  }
  return { type: head[1]!.toLowerCase(), parameters };
}

/** Returns the format of a media type: `text` for XML, `bytes` for unknown types. @param type In lower case. */
export function formatOf(type: string): Format {
  if (type === "application/json" || type === "text/json" || type.endsWith("+json")) return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type === "multipart/form-data") return "multipart";
  if (type.startsWith("text/") || type === "application/xml" || type.endsWith("+xml")) return "text";
  return "bytes";
}
