import { basename } from "node:path";
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { failure, isList, isMap, Stream, type Value } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { payloadError } from "../payload_error.ts";
import { callFile } from "./file_call.ts";
import { systemCode } from "./file_error.ts";
import { ABOUT_PATHS, FILE_ERRORS, fileFields, fileRetryOf } from "./file_fields.ts";
import { Folder } from "./folder.ts";
import { folderOf } from "./node_folder.ts";
import { openToRead, streamPart } from "./open_file.ts";
import { put, writeWhole } from "./write_file.ts";

const fields = z.object({
  filename: z.string().min(1).optional().meta({ description: "What is moved. Default: the payload names it." }),
  to: z.string().min(1).optional().meta({
    description: "Where to; with / at its end the folder that it is moved into. Default: the payload says it.",
  }),
  toFolder: z.string().min(1).optional().meta({
    description: "The name of the granted folder that `to` is a path of. Default: folder.",
  }),
  overwrite: z.boolean().default(false).meta({
    description: "Whether a file that is there is replaced; otherwise that is an error. Default false.",
  }),
  createFolders: z.boolean().default(false).meta({
    description: "Whether missing folders on the way are made. Default false.",
  }),
  ...fileFields,
});

/** Moves files. */
export const move: Kind = defineKind({
  name: "move",
  summary: "Moves or renames a file or a folder within the folders that the operator grants.",
  place: "host",
  effect: "once",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  about: `
A payload is the path where the spec has \`to\`, a list \`[path, to]\`, or a map of \`filename\` and \`to\`. A link is moved itself,
not what it leads to.

A move is one step: nobody sees a part of the file. Between two disks the file is copied beside its place, brought to the
disk and renamed, then the old one is deleted; a folder cannot be moved that way. A folder never takes the place of
another.

${ABOUT_PATHS}
`.trim(),
  portSummaries: {
    in: "What is moved, and where to.",
    out: "The path where it is now.",
    error: "Why it was not moved.",
  },
  errors: {
    ...FILE_ERRORS,
    exists: "Something is there already.",
    disk_full: "No space is left on the other disk.",
  },
  examples: [
    { title: "Put away what is done", spec: { kind: "move", folder: "data", to: "done/", createFolders: true } },
    { title: "Move as the payload says", spec: { kind: "move", folder: "data", overwrite: true } },
  ],
  async prepare(context) {
    const { fields, clock, random } = context;
    const from = await folderOf(context, fields.folder, "write");
    const to = fields.toFolder === undefined
      ? from
      : await Folder.open(internalsOf(context).grantedFolders.get(fields.toFolder, "write"));
    const options = { timeout: fields.timeout, retry: fileRetryOf(fields.retry), clock, random };
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        const { filename, to: given } = requestOf(payload, fields);
        const target = given.endsWith("/") ? `${given}${basename(filename)}` : given;
        const subject = { deed: "move", folder: from.name, filename };
        return await callFile(subject, call, options, async (signal) => {
          const source = await from.place(filename);
          if (source.info === undefined) throw new Deno.errors.NotFound();
          const place = await inTarget(to, target, () => to.place(target, fields.createFolders));
          const isFolder = source.info.isDirectory;
          if (place.info !== undefined && (isFolder || place.info.isDirectory || !fields.overwrite)) {
            throw exists(target, to);
          }
          signal.throwIfAborted();
          try {
            await (isFolder ? Deno.rename(source.path, place.path) : put(source.path, place.path, fields.overwrite));
          } catch (error) {
            if (systemCode(error) === "EEXIST" || systemCode(error) === "ENOTEMPTY") throw exists(target, to);
            if (systemCode(error) !== "EXDEV" || isFolder) throw error;
            const file = await openToRead(from, filename);
            const content = Stream.from(streamPart(file, 0, file.size), file.size);
            try {
              await writeWhole(to, target, content, { ...fields, sync: true, signal });
            } finally {
              content.close();
            }
            await Deno.remove(source.path);
          }
          return target.split("/").filter((name) => name !== "" && name !== ".").join("/");
        });
      },
    };
  },
});

/** Says of an error that it is about the target. */
async function inTarget<T>(folder: Folder, target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw thrown;
    throw failure(`the folder of ${JSON.stringify(target)} in folder "${folder.name}" is missing`, {
      code: "not_found",
    });
  }
}

function exists(target: string, folder: Folder) {
  return failure(`${JSON.stringify(target)} in folder "${folder.name}" already exists`, { code: "exists" });
}

function requestOf(payload: Value, { filename, to }: z.infer<typeof fields>): { filename: string; to: string } {
  const given = isList(payload) && payload.length === 2
    ? { filename: payload[0], to: payload[1] }
    : isMap(payload)
    ? payload
    : { filename: payload };
  const [from, target] = [filename ?? given.filename, to ?? (given as { to?: Value }).to];
  if (typeof from === "string" && typeof target === "string") return { filename: from, to: target };
  throw payloadError("move", payload, "[path, to] or a map with filename and to");
}
