import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { DEFAULT_MAX_BODY } from "../../http/mod.ts";
import { size } from "../../spec/mod.ts";
import { failure, isList, isMap, Stream, type Value } from "../../value/mod.ts";
import { closeUnread } from "../close_unread.ts";
import { payloadError } from "../payload_error.ts";
import { callFile } from "./file_call.ts";
import { decodeFile, fileEncoding } from "./file_encoding.ts";
import { ABOUT_PATHS, FILE_ERRORS, fileFields, fileRetryOf } from "./file_fields.ts";
import { folderOf } from "./node_folder.ts";
import { openToRead, readPart, streamPart } from "./open_file.ts";

const fields = z.object({
  filename: z.string().min(1).optional().meta({
    description: "The file, whatever the payload is. Default: the payload names it.",
  }),
  encoding: fileEncoding().default("text").meta({
    description: "What the content becomes: text (UTF-8), bytes, base64, json, or lines, a list of them. Default text.",
  }),
  offset: z.int().min(0).default(0).meta({ description: "Where reading begins, in bytes. Default 0." }),
  length: size().optional().meta({ description: "How much is read at most. Default to the end." }),
  maxSize: size().default(DEFAULT_MAX_BODY).meta({
    description: "How much may be read as a value; more is an error. Default 1MiB.",
  }),
  stream: z.union([z.boolean(), size()], { error: "expected true, false, or a size such as 1MiB" }).default(false).meta(
    {
      description:
        "Whether the content is handed on as a stream, however large: always, or what is larger than a size; " +
        "for the encodings text and bytes. Default false.",
    },
  ),
  ...fileFields,
});

/** What a payload asks for. */
interface Part {
  readonly filename: string;
  readonly offset: number;
  readonly length: number | undefined;
}

/** Reads files. */
export const read: Kind = defineKind({
  name: "read",
  replaces: ["scan"],
  summary: "Reads a file of a folder that the operator grants.",
  place: "host",
  effect: "none",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  about: `
A payload is the path of the file, a list \`[path, count]\` with the number of bytes to read, or a map with \`filename\`, and
\`offset\` and \`length\` if need be: what \`list\` and \`watch\` send can be sent on as it is. With \`filename\` in the spec, the
payload says nothing.

A stream stays on the host: it can be answered to a request, sent with \`http\` or written with \`write\`, but no code can
look into it. Its file is read as fast as whoever takes it, a piece at a time.

${ABOUT_PATHS}
`.trim(),
  portSummaries: {
    in: "The path of a file: text, a list or a map.",
    out: "The content, as `encoding` says, or a stream.",
    error: "Why it was not read.",
  },
  errors: {
    ...FILE_ERRORS,
    too_large: "There is more to read than `maxSize`.",
    bad_content: "The content is not valid UTF-8, or no JSON.",
  },
  examples: [
    { title: "Read the file that the payload names", spec: { kind: "read", folder: "data" } },
    { title: "Read a file of JSON", spec: { kind: "read", folder: "data", filename: "prices.json", encoding: "json" } },
    {
      title: "Send large files on as streams",
      spec: { kind: "read", folder: "data", encoding: "bytes", stream: "256KiB" },
    },
  ],
  check: ({ stream, encoding }) =>
    stream === false || encoding === "text" || encoding === "bytes" ? [] : [{
      location: { path: ["stream"] },
      message: `invalid stream with encoding ${encoding}: expected text or bytes`,
    }],
  async prepare(context) {
    const { fields, clock, random } = context;
    const folder = await folderOf(context, fields.folder, "read");
    const options = { timeout: fields.timeout, retry: fileRetryOf(fields.retry), clock, random };
    const least = fields.stream === false ? Infinity : fields.stream === true ? -1 : fields.stream;
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        const part = partOf(payload, fields);
        const subject = { deed: "read", folder: folder.name, filename: part.filename };
        return await callFile(subject, call, options, async (signal): Promise<Value> => {
          const file = await openToRead(folder, part.filename);
          const offset = Math.min(part.offset, file.size);
          const length = Math.min(part.length ?? Infinity, file.size - offset);
          if (length > least && !signal.aborted) {
            const stream = Stream.from(streamPart(file, offset, length), length);
            closeUnread(call, stream);
            return stream;
          }
          if (length > fields.maxSize) {
            await file.handle.close();
            throw failure(
              `it has ${length} bytes, more than maxSize ${fields.maxSize}; stream: true hands it on as a stream`,
              { code: "too_large" },
            );
          }
          return decodeFile(await readPart(file, offset, length, signal), fields.encoding);
        });
      },
    };
  },
});

function partOf(payload: Value, given: z.infer<typeof fields>): Part {
  const { filename, offset, length } = given;
  if (filename !== undefined) return { filename, offset, length };
  if (typeof payload === "string") return { filename: payload, offset, length };
  if (isList(payload) && payload.length <= 2 && typeof payload[0] === "string") {
    return { filename: payload[0], offset, length: countOf(payload[1], "count") ?? length };
  }
  if (isMap(payload) && typeof payload.filename === "string") {
    return {
      filename: payload.filename,
      offset: countOf(payload.offset, "offset") ?? offset,
      length: countOf(payload.length, "length") ?? length,
    };
  }
  throw payloadError("read", payload, "a path, [path, count] or a map with filename");
}

function countOf(value: Value | undefined, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const count = typeof value === "bigint" ? Number(value) : value;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  throw failure(`invalid ${name} of read: expected a whole number of bytes`, { code: "invalid_payload" });
}
