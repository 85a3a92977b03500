import { defineKind, type Effect, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { size } from "../../spec/mod.ts";
import { isList, isMap, Stream, type Value } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { type OutputStream, outputStream } from "../system/output_stream.ts";
import { payloadError } from "../payload_error.ts";
import { callFile } from "./file_call.ts";
import { encodeFile, fileEncoding } from "./file_encoding.ts";
import { fileError } from "./file_error.ts";
import { ABOUT_PATHS, FILE_ERRORS, fileFields, fileRetryOf } from "./file_fields.ts";
import { FILE_LOCKS, FileLocks } from "./file_locks.ts";
import { folderOf } from "./node_folder.ts";
import { append, writeWhole } from "./write_file.ts";

const fields = z.object({
  filename: z.string().min(1).optional().meta({
    description:
      "The file; the payload is what is written. `/dev/stdout` and `/dev/stderr` are the streams of the program, and need " +
      "no folder. Default: the payload names the file as well.",
  }),
  encoding: fileEncoding().optional().meta({
    description:
      "What the payload is: text, bytes, base64, json, or lines, a list of them. Default by its type: text in " +
      "UTF-8, bytes and streams as they are, all else as a line of JSON.",
  }),
  append: z.boolean().default(false).meta({
    description: "Whether it is written behind what the file has; otherwise it takes its place. Default false.",
  }),
  overwrite: z.boolean().default(true).meta({
    description: "Whether a file that is there is replaced; otherwise that is an error. Default true.",
  }),
  createFolders: z.boolean().default(false).meta({
    description: "Whether missing folders on the way are made. Default false.",
  }),
  sync: z.boolean().default(true).meta({
    description: "Whether it is answered only when it is on the disk, and survives a power failure. Default true.",
  }),
  maxSize: size().optional().meta({ description: "How much may be written at a time. Default any size." }),
  ...fileFields,
});

/** Writes files. */
export const write: Kind = defineKind({
  name: "write",
  summary: "Writes a file of a folder that the operator grants: as a whole or not at all, or behind its end.",
  place: "host",
  effect: ({ append, overwrite }): Effect => append || !overwrite ? "once" : "idempotent",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  about: `
Without \`filename\` in the spec, a payload is a list \`[path, data]\`, or a map of \`filename\` and \`data\`.

A file is replaced as a whole: the data is written to a file beside it (\`.weft-....tmp\`, which a crash may leave behind),
brought to the disk, and renamed. Whoever reads the file sees the old content or the new one, and what fails changes
nothing. A file that replaces another has its mode. What is appended, another program may see in parts; what fails is cut
off again. Packets of one engine append one after another.

A stream, such as the body of a large request, is written as it arrives, in pieces, and can be written once: it is not tried
again.

${ABOUT_PATHS}
`.trim(),
  portSummaries: {
    in: "What is written; without `filename` in the spec, with the path: `[path, data]`, or a map.",
    out: "How many bytes were written.",
    error: "Why nothing was written.",
  },
  errors: {
    ...FILE_ERRORS,
    exists: "There is a file of the name, and `overwrite` is false.",
    disk_full: "No space is left.",
    too_large: "There is more to write than `maxSize`.",
    not_a_value: "A stream is part of what is to be written as JSON.",
  },
  examples: [
    { title: "Replace the file of a report", spec: { kind: "write", folder: "data", filename: "report.json" } },
    {
      title: "Keep a journal, a line of JSON each",
      spec: { kind: "write", folder: "data", filename: "journal.jsonl", encoding: "json", append: true },
    },
    {
      title: "Take uploads of up to 1 GB, none twice",
      spec: { kind: "write", folder: "data", overwrite: false, createFolders: true, maxSize: "1GB", timeout: "1m" },
    },
  ],
  check: ({ append, overwrite }) =>
    append && !overwrite
      ? [{ location: { path: ["overwrite"] }, message: "invalid overwrite with append: nothing is overwritten" }]
      : [],
  async prepare(context) {
    const { fields, clock, random } = context;
    const stream = fields.filename === undefined ? undefined : outputStream(fields.filename);
    if (stream !== undefined) return toStream(stream, fields);
    const folder = await folderOf(context, fields.folder, "write");
    const locks = await internalsOf(context).useShared(FILE_LOCKS, () => new FileLocks());
    const options = { timeout: fields.timeout, retry: fileRetryOf(fields.retry), clock, random };
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        const { filename, data } = requestOf(payload, fields.filename);
        const subject = { deed: fields.append ? "append to" : "write", folder: folder.name, filename };
        let content: ReturnType<typeof encodeFile>;
        try {
          content = encodeFile(data, fields.encoding);
        } catch (thrown) {
          // an error that came as the payload is not lost
          throw thrown === data ? thrown : fileError(subject, thrown);
        }
        const work = async (signal: AbortSignal) => {
          const how = { ...fields, signal };
          if (!fields.append) return await writeWhole(folder, filename, content, how);
          // several paths may lead to one file
          const { path } = await folder.target(filename, fields.createFolders);
          return await locks.hold(path, () => append(folder, filename, content, how));
        };
        try {
          return await callFile(subject, call, options, work, content instanceof Stream);
        } finally {
          if (content instanceof Stream) content.close();
        }
      },
    };
  },
});

/** Returns the handler of a node that writes to standard output or error. */
function toStream(stream: OutputStream, { filename = "", encoding }: z.infer<typeof fields>) {
  return {
    in: async (payload: Value) => {
      const subject = { deed: "write", filename };
      try {
        const content = encodeFile(payload, encoding);
        if (content instanceof Stream) {
          content.close();
          throw payloadError("write", payload, "a value, no stream, for a stream of the program");
        }
        return await stream.write(content);
      } catch (thrown) {
        throw thrown === payload ? thrown : fileError(subject, thrown);
      }
    },
  };
}

function requestOf(payload: Value, filename: string | undefined): { filename: string; data: Value } {
  if (filename !== undefined) return { filename, data: payload };
  if (isList(payload) && payload.length === 2 && typeof payload[0] === "string") {
    return { filename: payload[0], data: payload[1]! };
  }
  if (isMap(payload) && typeof payload.filename === "string" && payload.data !== undefined) {
    return { filename: payload.filename, data: payload.data };
  }
  throw payloadError("write", payload, "[path, data] or a map with filename and data");
}
