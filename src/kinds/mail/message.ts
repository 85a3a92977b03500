import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { failure, isList, isMap, kindOf, Stream, type Value, type ValueMap } from "../../value/mod.ts";

/** An address, with the name of whose it is. */
export interface Address {
  readonly name: string;
  readonly address: string;
}

/** A message, as nodemailer takes it. */
export interface Message {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly Attachment[];
  readonly messageId: string;
}

interface Attachment {
  readonly filename: string;
  readonly content: string | Uint8Array | Readable;
  readonly contentType?: string;
  readonly cid?: string;
}

/** Splits a list of addresses, as nodemailer does. */
export type ParseAddresses = (
  text: string,
) => readonly { readonly name: string; readonly address?: string | undefined }[];

/** The parts of a message, in the fields of a node and in a payload. */
const PARTS = ["from", "to", "cc", "bcc", "replyTo", "subject", "text", "html", "header", "attachments"] as const;

/** How many addresses a message may have. */
const MAX_RECIPIENTS = 100;

// deno-lint-ignore no-control-regex -- these would end a line of the header, or hide in it
const CONTROL = /[\x00-\x1f\x7f\u2028\u2029]/;
const ADDRESS = /^[^\s<>()[\]\\,;:"@]+@[^\s<>()\\,;"@]+$/;
const NAME = /^[A-Za-z][A-Za-z0-9-]*$/;
/** Headers that follow from the other parts. */
const OWN_HEADERS =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|mime-version|return-path|received|content-.*|dkim-.*)$/i;

function invalid(message: string): Error {
  return failure(message, { code: "invalid" });
}

/**
 * Makes the message that a node sends for a payload: a map of parts, or the text. What a field says is not for a payload
 * to change.
 *
 * @param key Names the call; the id of the message is made of it.
 * @throws {Failure} `invalid`, if that is no message.
 */
export function messageOf(payload: Value, fields: ValueMap, key: string, parse: ParseAddresses): Message {
  const parts = { ...partsOf(payload, fields), ...fields };
  const addresses = (part: string) => addressesOf(part, parts[part] ?? null, parse);
  const [from, ...others] = addresses("from");
  if (from === undefined || others.length > 0) throw invalid("invalid from: expected one address");
  const [to, cc, bcc] = ["to", "cc", "bcc"].map(addresses) as [Address[], Address[], Address[]];
  const recipients = to.length + cc.length + bcc.length;
  if (recipients === 0) throw invalid("missing to: expected an address in to, cc or bcc");
  if (recipients > MAX_RECIPIENTS) throw invalid(`${recipients} recipients: expected at most ${MAX_RECIPIENTS}`);
  const text = textOf("text", parts.text ?? null);
  const html = textOf("html", parts.html ?? null);
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  return {
    from,
    to,
    cc,
    bcc,
    replyTo: addresses("replyTo"),
    subject: lineOf("subject", parts.subject ?? ""),
    ...text !== undefined && { text },
    ...html !== undefined && { html },
    headers: headersOf(parts.header ?? {}),
    attachments: attachmentsOf(parts.attachments ?? []),
    messageId: `<${createHash("sha256").update(key).digest("hex").slice(0, 40)}@${domain}>`,
  };
}

/** Returns the parts that a payload has. */
function partsOf(payload: Value, fields: ValueMap): ValueMap {
  if (isMap(payload)) {
    const keys = Object.keys(payload);
    if (keys.every((key) => (PARTS as readonly string[]).includes(key))) return payload;
  }
  // where the fields say it all, the payload is but the occasion
  if (payload === null || fields.text !== undefined || fields.html !== undefined) return {};
  if (typeof payload === "string") return { text: payload };
  throw invalid(`invalid payload, ${kindOf(payload)}: expected text, or a map of ${PARTS.join(", ")}`);
}

function addressesOf(part: string, value: Value, parse: ParseAddresses): Address[] {
  if (value === null) return [];
  return (isList(value) ? value : [value]).flatMap((item) => {
    if (typeof item !== "string") throw invalid(`invalid ${part}, ${kindOf(item)}: expected an address`);
    if (CONTROL.test(item)) throw invalid(`invalid ${part} ${JSON.stringify(item)}: expected one line`);
    const found = parse(item);
    if (item.trim() !== "" && found.length === 0) throw invalid(`invalid ${part} ${JSON.stringify(item)}`);
    return found.map(({ name, address = "" }) => {
      if (ADDRESS.test(address)) return { name, address };
      throw invalid(`invalid ${part} ${JSON.stringify(item)}: expected an address such as ada@example.com`);
    });
  });
}

function lineOf(part: string, value: Value): string {
  const text = typeof value === "object" ? undefined : String(value);
  if (text === undefined) throw invalid(`invalid ${part}, ${kindOf(value)}: expected text`);
  if (CONTROL.test(text)) throw invalid(`invalid ${part} ${JSON.stringify(text.slice(0, 100))}: expected one line`);
  return text;
}

function textOf(part: string, value: Value): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "object") throw invalid(`invalid ${part}, ${kindOf(value)}: expected text`);
  return String(value);
}

function headersOf(value: Value): Record<string, string> {
  if (!isMap(value)) throw invalid(`invalid header, ${kindOf(value)}: expected a map`);
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => {
      if (!NAME.test(name) || OWN_HEADERS.test(name)) {
        throw invalid(`invalid header ${JSON.stringify(name)}: expected one that follows from no other part`);
      }
      return [name, lineOf(`header ${name}`, text)];
    }),
  );
}

function attachmentsOf(value: Value): Attachment[] {
  return (isList(value) ? value : [value]).map((item) => {
    if (!isMap(item)) throw invalid(`invalid attachment, ${kindOf(item)}: expected a map of filename, type, data`);
    const { filename = "attachment", type, cid, data = null } = item;
    return {
      filename: lineOf("filename of an attachment", filename),
      content: contentOf(data),
      ...type !== undefined && type !== null && { contentType: lineOf("type of an attachment", type) },
      ...cid !== undefined && cid !== null && { cid: lineOf("cid of an attachment", cid) },
    };
  });
}

function contentOf(data: Value): Attachment["content"] {
  if (data instanceof Stream) return Readable.fromWeb(data.take() as never);
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  throw invalid(`invalid data of an attachment, ${kindOf(data)}: expected text, bytes or a stream`);
}
