import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import { callRetryFields, retriesOf, retryField } from "../retry_fields.ts";

const retry = z.strictObject(callRetryFields(["busy", "io_error", "timeout"]));

/** The field `folder` of kinds that use files. */
export const folderField = {
  folder: z.string().min(1).optional().meta({
    description: "The name of a folder that `start --allow-files` grants. Default: the only one.",
  }),
};

/** The fields that all kinds share that do something with files. */
export const fileFields = {
  ...folderField,
  timeout: duration().default(10_000).meta({ description: "How long one attempt may take. Default 10s." }),
  retry: retryField(retry, "When it is tried again: a number of attempts, or a map. Default never."),
  concurrency: z.int().min(1).max(1_000).default(1).meta({
    description: "How many packets of one process may be under way at a time. Default 1.",
  }),
};

/** When an operation on files is tried again. */
export type FileRetry = z.infer<typeof retry>;

/** Returns when an operation is tried again, by the field `retry`; never without it. */
export function fileRetryOf(given: FileRetry | number | undefined): FileRetry {
  return retriesOf(retry, given);
}

/** What the errors of these kinds mean, for the reference. */
export const FILE_ERRORS = {
  not_found: "There is no such file or folder.",
  forbidden:
    "The path or a link leads out of the folder, the system does not allow it, or, when the node is prepared, no such " +
    "folder is granted.",
  not_a_file: "It is a folder, a pipe or a device.",
  invalid: "The path is none: it has a NUL, or is too long.",
  invalid_payload: "The payload is none of the forms that the port takes.",
  busy: "The system has too many files open.",
  io_error: "The system has failed.",
  timeout: "An attempt exceeded `timeout`.",
  aborted: "The process ended before it was done.",
};

/** What the paths of these kinds are, for the reference. */
export const ABOUT_PATHS =
  "Paths are relative to the folder, with `/` between names. A path with `..`, an absolute one, and a link that leads out " +
  "of the folder are errors; links within it are followed. Messages and details of errors have the path in the folder, not " +
  "where that is.";
