import { defineKind, type Effect, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { isMap, type Value } from "../../value/mod.ts";
import { payloadError } from "../payload_error.ts";
import { callFile } from "./file_call.ts";
import { ABOUT_PATHS, FILE_ERRORS, fileFields, fileRetryOf } from "./file_fields.ts";
import { folderOf } from "./node_folder.ts";

const fields = z.object({
  filename: z.string().min(1).optional().meta({ description: "What is deleted. Default: the payload names it." }),
  recursive: z.boolean().default(false).meta({
    description: "Whether a folder is deleted with what is in it; otherwise only an empty one is. Default false.",
  }),
  ignoreMissing: z.boolean().default(false).meta({
    description: "Whether it is no error if there is nothing to delete. Default false.",
  }),
  ...fileFields,
});

/** Deletes files. */
export const deleteKind: Kind = defineKind({
  name: "delete",
  summary: "Deletes a file or a folder of a folder that the operator grants.",
  place: "host",
  effect: ({ ignoreMissing }): Effect => ignoreMissing ? "idempotent" : "once",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  about: `
A payload is the path, or a map with \`filename\`. A link is deleted itself, not what it leads to. The granted folder itself
cannot be deleted.

${ABOUT_PATHS}
`.trim(),
  portSummaries: {
    in: "The path of what is deleted.",
    out: "True if it was deleted, false if there was nothing.",
    error: "Why it was not deleted.",
  },
  errors: { ...FILE_ERRORS, not_empty: "The folder is not empty, and `recursive` is false." },
  examples: [
    { title: "Delete the file that the payload names", spec: { kind: "delete", folder: "data" } },
    {
      title: "Empty a folder of drafts",
      spec: { kind: "delete", folder: "data", filename: "drafts", recursive: true, ignoreMissing: true },
    },
  ],
  async prepare(context) {
    const { fields, clock, random } = context;
    const folder = await folderOf(context, fields.folder, "write");
    const options = { timeout: fields.timeout, retry: fileRetryOf(fields.retry), clock, random };
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        const filename = fields.filename ?? filenameOf(payload);
        const subject = { deed: "delete", folder: folder.name, filename };
        try {
          return await callFile(subject, call, options, async (signal) => {
            const { path, info } = await folder.place(filename);
            if (info === undefined) throw new Deno.errors.NotFound();
            signal.throwIfAborted();
            await Deno.remove(path, { recursive: fields.recursive && info.isDirectory });
            return true;
          });
        } catch (error) {
          if (fields.ignoreMissing && (error as { code?: string }).code === "not_found") return false;
          throw error;
        }
      },
    };
  },
});

function filenameOf(payload: Value): string {
  const filename = isMap(payload) ? payload.filename : payload;
  if (typeof filename === "string") return filename;
  throw payloadError("delete", payload, "a path or a map with filename");
}
