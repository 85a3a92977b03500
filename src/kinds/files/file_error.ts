import { constants } from "node:os";
import { asError, type ErrorCode, type Failure, failure } from "../../value/mod.ts";

/** What codes of the system, and names of errors of Deno, mean. */
const CAUSES: Readonly<Record<string, readonly [code: ErrorCode, why: string]>> = {
  ENOENT: ["not_found", "there is no such file or folder"],
  EEXIST: ["exists", "it already exists"],
  ENOTEMPTY: ["not_empty", "the folder is not empty"],
  EISDIR: ["not_a_file", "it is a folder"],
  ENOTDIR: ["not_found", "a part of the path is not a folder"],
  EACCES: ["forbidden", "the system does not allow it"],
  EPERM: ["forbidden", "the system does not allow it"],
  EROFS: ["forbidden", "the file system is for reading only"],
  ELOOP: ["forbidden", "it is a link that leads nowhere, or was made one meanwhile"],
  ENXIO: ["not_a_file", "it is neither a file nor a folder"],
  ENAMETOOLONG: ["invalid", "the name is too long"],
  ENOSPC: ["disk_full", "no space is left"],
  EDQUOT: ["disk_full", "no space is left in the quota"],
  EFBIG: ["disk_full", "the file would be larger than the system allows"],
  EMFILE: ["busy", "too many files are open"],
  ENFILE: ["busy", "too many files are open"],
};

/** The codes by the numbers that they have here. */
const NUMBERS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([code, number]) => [number, code]),
);

const NAMES: Readonly<Record<string, string>> = {
  NotFound: "ENOENT",
  AlreadyExists: "EEXIST",
  PermissionDenied: "EACCES",
  NotCapable: "EACCES",
  NotADirectory: "ENOTDIR",
  IsADirectory: "EISDIR",
  FilesystemLoop: "ELOOP",
};

/** Returns the code of the system of what an operation on files has thrown; undefined if it has none. */
export function systemCode(thrown: unknown): string | undefined {
  const { code, name, message } = asError(thrown);
  // node:fs and Deno name most errors by their code, and some by their number alone
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return code;
  const number = /\(os error (\d+)\)/.exec(message)?.[1];
  return number === undefined ? NAMES[name] : NUMBERS.get(Number(number)) ?? NAMES[name];
}

/** What an operation was on. */
export interface FileSubject {
  /** What was tried: `read`, `write`. */
  readonly deed: string;
  /** The name of the granted folder; absent for a stream of the program. */
  readonly folder?: string;
  /** The path below it, as it was given. */
  readonly filename: string;
}

/** Returns the error of an operation: its message and details have the path in the folder, and never where that is. */
export function fileError({ deed, folder, filename }: FileSubject, thrown: unknown): Failure {
  const error = asError(thrown);
  const system = systemCode(error);
  const [code, why] = (system === undefined ? undefined : CAUSES[system]) ??
    (isOwn(error) ? [error.code as ErrorCode, error.message] : ["io_error", plain(error.message)]);
  const where = folder === undefined ? "" : ` in folder "${folder}"`;
  return failure(`cannot ${deed} ${JSON.stringify(filename)}${where}: ${why}`, {
    code,
    details: folder === undefined ? { filename } : { folder, filename },
  });
}

const OWN: ReadonlySet<string> = new Set<ErrorCode>([
  "aborted",
  "bad_content",
  "bad_request",
  "busy",
  "disk_full",
  "exists",
  "forbidden",
  "invalid",
  "invalid_payload",
  "not_a_file",
  "not_a_value",
  "not_found",
  "timeout",
  "too_large",
]);

function isOwn({ code }: Failure): boolean {
  return code !== undefined && OWN.has(code);
}

/** Returns the message of an error of the system without the paths behind it. */
function plain(message: string): string {
  return message.replace(/(?:, | )?(?::| )?(?:open|read|write|rename|remove|stat|lstat|readdir|mkdir|link)\b.*$/s, "")
    .trim() || "the system has failed";
}
