import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { asError, type Failure, failure, isError, isList, type Value } from "../../value/mod.ts";
import { callFile } from "../files/file_call.ts";
import { ABOUT_PATHS, FILE_ERRORS, fileFields, fileRetryOf } from "../files/file_fields.ts";
import { FILE_LOCKS, FileLocks } from "../files/file_locks.ts";
import { folderOf } from "../files/node_folder.ts";
import { append } from "../files/write_file.ts";
import { internalsOf } from "../internals.ts";
import { payloadError } from "../payload_error.ts";
import { valueText } from "../value_text.ts";
import { formatText } from "./format_text.ts";
import { outputStream } from "./output_stream.ts";

/** How long the text of a value may get, in characters. */
const LENGTH = 1_000_000;

/** Prints texts. */
export const print: Kind = defineKind({
  name: "print",
  summary: "Prints a text, with values in the places of its verbs, to standard output or behind a file's end.",
  place: "host",
  effect: "once",
  fields: z.object({
    filename: z.string().min(1).optional().meta({
      description:
        "`/dev/stdout`, `/dev/stderr`, or a file of a folder that the operator grants. Default: a payload that " +
        "is a list names it, any other is printed to standard output.",
    }),
    ...fileFields,
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  about: `
A text is printed as it is, and no end of a line behind it. A list is a format and its values: \`["%s: %d\\n", name, 3]\`.
The verbs are those of C and Go: \`%v\` and \`%s\` for any value, \`%q\` quoted, \`%d\`, \`%b\`, \`%o\` and \`%x\` for whole numbers,
\`%f\`, \`%e\` and \`%g\` for numbers, \`%c\` for a character, \`%t\` for true and false, \`%%\` for a percent sign, with width,
precision and the flags \`-\`, \`+\` and \`0\`. Any other payload is printed as JSON. Without \`filename\` in the spec, a list
has it before the format: \`["/dev/stdout", "%s\\n", name]\`.

Lines for people who run the engine are better off in the log, where they have a time and a process: see [log](log.md).

${ABOUT_PATHS}
`.trim(),
  portSummaries: {
    in: "A text, a list of a format and its values, or a value.",
    out: "How many bytes were printed.",
    error: "Why nothing was printed.",
  },
  errors: {
    ...FILE_ERRORS,
    busy: "Too much waits because nobody reads the stream, or the system has too many files open.",
    disk_full: "No space is left.",
    invalid_payload: "The values do not fit the format, or the list has none.",
  },
  examples: [
    { title: "Print what passes", spec: { kind: "print" } },
    { title: "Keep a journal", spec: { kind: "print", folder: "data", filename: "journal.txt" } },
  ],
  async prepare(context) {
    const { fields, clock, random } = context;
    const options = { timeout: fields.timeout, retry: fileRetryOf(fields.retry), clock, random };
    const locks = await internalsOf(context).useShared(FILE_LOCKS, () => new FileLocks());
    const given = fields.filename;
    // who names no file may print to the streams only, which need no folder
    const folder = given !== undefined && outputStream(given) !== undefined
      ? undefined
      : await folderOf(context, fields.folder, "write").catch((error: Error) => {
        if (given !== undefined || fields.folder !== undefined) throw error;
        return error;
      });
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        if (isError(payload)) return payload;
        const { filename, text } = requestOf(payload, given);
        const stream = outputStream(filename);
        const deed = "print to";
        if (stream !== undefined) {
          return await callFile({ deed, filename }, call, options, () => stream.write(text), true);
        }
        if (isError(folder)) throw folder;
        const content = new TextEncoder().encode(text);
        const subject = { deed, folder: folder!.name, filename };
        return await callFile(subject, call, options, async (signal) => {
          const how = { overwrite: true, createFolders: false, sync: false, signal };
          const { path } = await folder!.target(filename, false);
          return await locks.hold(path, () => append(folder!, filename, content, how));
        });
      },
    };
  },
});

function requestOf(payload: Value, filename: string | undefined): { filename: string; text: string } {
  if (!isList(payload)) return { filename: filename ?? "/dev/stdout", text: valueText(payload, LENGTH) };
  const [file, format, ...values] = filename === undefined ? payload : [filename, ...payload];
  if (typeof file !== "string" || typeof format !== "string") {
    const expected = filename === undefined
      ? "a list of a file, a format and its values"
      : "a list of a format and its values";
    throw payloadError("print", payload, expected);
  }
  try {
    return { filename: file, text: formatText(format, values) };
  } catch (thrown) {
    const error = asError(thrown) as Failure;
    if (filename !== undefined || error.code !== "invalid_payload") throw error;
    const hint = `without filename in the spec, ${JSON.stringify(file)} is the file`;
    throw failure(`${error.message}; ${hint}`, { code: "invalid_payload" });
  }
}
