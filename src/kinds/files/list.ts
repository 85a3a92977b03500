import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { isMap, type Value } from "../../value/mod.ts";
import { payloadError } from "../payload_error.ts";
import { callFile } from "./file_call.ts";
import { ABOUT_PATHS, FILE_ERRORS, fileFields, fileRetryOf } from "./file_fields.ts";
import { compileGlob, isDeep } from "./glob.ts";
import { folderOf } from "./node_folder.ts";
import { patternFields, patternFindings } from "./pattern_fields.ts";
import { type Entry, scan } from "./scan.ts";

const fields = z.object({
  path: z.string().optional().meta({
    description: "The folder below, or a file. Default: the payload if that is a path or a map with path, else all.",
  }),
  ...patternFields,
  type: z.enum(["file", "folder", "all"]).default("file").meta({
    description:
      "What is listed: file, folder, or all, pipes, devices and links that lead nowhere or out too. Default file.",
  }),
  sort: z.enum(["name", "modified", "size"]).default("name").meta({
    description: "By what it is sorted: name, modified (the oldest first) or size. Default name.",
  }),
  descending: z.boolean().default(false).meta({ description: "Whether the last comes first. Default false." }),
  limit: z.int().min(1).max(100_000).default(10_000).meta({
    description:
      "How many files and folders there may be, whether or not they match; more are an error. Default 10000.",
  }),
  ...fileFields,
});

/** Lists files. */
export const list: Kind = defineKind({
  name: "list",
  summary: "Lists the files of a folder that the operator grants.",
  place: "host",
  effect: "none",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  about: `
The answer is a list of maps of \`filename\`, \`type\` (file, folder, link or other), \`size\` in bytes and \`modified\`, a date.
\`filename\` is the path below the granted folder, so that \`read\`, \`move\` and \`delete\` take such a map. Links are what they
lead to, unless that is outside; folders that are links are not looked into.

${ABOUT_PATHS}
`.trim(),
  portSummaries: {
    in: "What is listed, where the spec does not say it.",
    out: "The list.",
    error: "Why there is none.",
  },
  errors: { ...FILE_ERRORS, too_large: "There is more than `limit`." },
  examples: [
    { title: "The files of a folder", spec: { kind: "list", folder: "data" } },
    {
      title: "All tables, the newest first",
      spec: { kind: "list", folder: "data", pattern: "**/*.{csv,tsv}", sort: "modified", descending: true },
    },
  ],
  check: ({ pattern, hidden }) => patternFindings(pattern, hidden),
  async prepare(context) {
    const { fields, clock, random } = context;
    const folder = await folderOf(context, fields.folder, "read");
    const matches = compileGlob(fields.pattern, fields.hidden);
    const options = { timeout: fields.timeout, retry: fileRetryOf(fields.retry), clock, random };
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        const path = fields.path ?? pathOf(payload);
        const subject = { deed: "list", folder: folder.name, filename: path };
        return await callFile(subject, call, options, async (signal) => {
          const entries = await scan(folder, path, { ...fields, deep: isDeep(fields.pattern), signal });
          const below = path.split("/").filter((name) => name !== "" && name !== ".").join("/");
          const found = entries.filter(({ filename, type }) =>
            (fields.type === "all" || type === fields.type) &&
            (filename === below || matches(below === "" ? filename : filename.slice(below.length + 1)))
          );
          return sorted(found, fields).map(entryValue);
        });
      },
    };
  },
});

function pathOf(payload: Value): string {
  if (typeof payload === "string") return payload;
  if (payload instanceof Error) throw payload;
  const path = isMap(payload) ? payload.path ?? null : null;
  if (typeof path === "string") return path;
  if (path === null) return "";
  throw payloadError("list", path, "a path");
}

function sorted(entries: Entry[], { sort, descending }: z.infer<typeof fields>): Entry[] {
  const byName = (a: Entry, b: Entry) => a.filename < b.filename ? -1 : 1;
  const compare = sort === "name" ? byName : (a: Entry, b: Entry) => a[sort] - b[sort] || byName(a, b);
  entries.sort(compare);
  return descending ? entries.reverse() : entries;
}

/** Returns an entry as payloads have it. */
export function entryValue({ filename, type, size, modified }: Entry) {
  return { filename, type, size, modified: new Date(modified) };
}
