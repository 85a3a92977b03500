import { failure, isList, isMap, kindOf, Stream, type Value, type ValueMap } from "../value/mod.ts";
import { encodeJson } from "./json.ts";
import { formatOf, parseMediaType } from "./media_type.ts";

/** A body in pieces, some of which may arrive over time. */
export type BodyPart = Uint8Array | Stream;

const encoder = new TextEncoder();
const BYTES = "application/octet-stream";

/**
 * Encodes a map as `multipart/form-data`. `values` and `files`, as `parseMultipart` returns them, or any other keys: a text,
 * a number or a boolean is a field; bytes and a stream are a file; a map with `data` is a file with its `filename` and its
 * `type`; any other map or list in it is JSON. A list repeats its name.
 *
 * @param boundary Must not occur in the parts.
 * @throws {Failure} `invalid`, if the value is no map or holds what cannot be sent.
 */
export function encodeMultipart(value: Value, boundary: string): BodyPart[] {
  if (!isMap(value)) throw invalid(value);
  const parts: BodyPart[] = [];
  const add = (name: string, item: Value, isFile: boolean) => {
    const { header, data } = partOf(name, item, isFile);
    parts.push(encoder.encode(`--${boundary}\r\n${header}\r\n\r\n`), data, encoder.encode("\r\n"));
  };
  const addAll = (map: ValueMap, isFile: boolean) => {
    for (const name of Object.keys(map)) {
      const item = map[name]!;
      for (const one of isList(item) ? item : [item]) if (one !== null) add(name, one, isFile);
    }
  };
  const { values, files, ...others } = value;
  for (const [group, isFile] of [[values, false], [files, true]] as const) {
    if (group === undefined || group === null) continue;
    if (!isMap(group)) throw invalid(group);
    addAll(group, isFile);
  }
  addAll(others, false);
  parts.push(encoder.encode(`--${boundary}--\r\n`));
  return parts;
}

function invalid(value: Value): Error {
  return failure(`invalid form, ${kindOf(value)}: expected a map of fields and files`, { code: "invalid" });
}

function partOf(name: string, item: Value, isFile: boolean): { header: string; data: BodyPart } {
  const isDescribed = isMap(item) && Object.hasOwn(item, "data");
  const content = isDescribed ? (item as ValueMap).data! : item;
  const hasBytes = content instanceof Uint8Array || content instanceof Stream;
  const given = isDescribed ? item as ValueMap : {};
  const filename = given.filename ?? (isFile || hasBytes || isDescribed ? name : undefined);
  const type = typeOf(given) ??
    (hasBytes || (filename !== undefined && typeof content === "string") ? BYTES : undefined);
  const isText = typeof content !== "object";
  let header = `Content-Disposition: form-data; name="${escaped(name)}"`;
  if (filename !== undefined) header += `; filename="${escaped(String(filename))}"`;
  const written = type ?? (isText ? undefined : "application/json");
  if (written !== undefined) header += `\r\nContent-Type: ${line(written)}`;
  if (hasBytes) return { header, data: content };
  const isJson = written !== undefined && formatOf(parseMediaType(written)?.type ?? "") === "json";
  const text = isText && !(isJson && typeof content !== "string") ? String(content) : encodeJson(content);
  return { header, data: encoder.encode(text) };
}

/** Returns the content type of a file, by its field `type` or the header of a file that was received. */
function typeOf({ type, header }: ValueMap): string | undefined {
  if (typeof type === "string") return type;
  const received = isMap(header ?? null) ? (header as ValueMap)["Content-Type"] : undefined;
  const first = isList(received) ? received[0] : received;
  return typeof first === "string" ? first : undefined;
}

/** Escapes a name as browsers do. */
function escaped(text: string): string {
  return text.replace(/[\r\n"]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

function line(text: string): string {
  if (/[\r\n]/.test(text)) throw failure("invalid type of a part: expected one line", { code: "invalid" });
  return text;
}
