import { asError } from "../../value/mod.ts";
import { StorageError } from "../error.ts";

/** Codes of a connection that is lost, or cannot be made now. */
const LOST = new Set(["connection_lost", "connection_refused", "timeout", "dns"]);

/** Classes of SQLSTATE that say that the server cannot do that, or not now. */
const UNAVAILABLE = /^(?:08|25|28|3D|3F|40|42|53|54|55|57|58)/;

/** Text that PostgreSQL cannot keep: U+0000. */
const UNSTORABLE = new Set(["22021", "22P05"]);

/** Reports whether what failed may succeed on another connection. What was asked for may have been done. */
export function isLostConnection(error: unknown): boolean {
  return LOST.has(codeOf(error));
}

/** Reports whether the server has undone a statement because of another one. */
export function isContention(error: unknown): boolean {
  return /^40(?:001|P01)$/.test(codeOf(error));
}

/** Reports whether the role lacks a right. */
export function isForbidden(error: unknown): boolean {
  return codeOf(error) === "42501";
}

/** Returns the code of any error: a SQLSTATE, or one of the engine; empty if it has none. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}

/** Returns an error of the database as one of storage. */
export function toStorageError(thrown: unknown, name: string): StorageError {
  if (thrown instanceof StorageError) return thrown;
  const error = asError(thrown);
  const code = codeOf(error);
  if (UNSTORABLE.has(code)) {
    return new StorageError("invalid", `${name}: PostgreSQL cannot store text with U+0000`, { cause: error });
  }
  const isUnavailable = !/^[0-9A-Z]{5}$/.test(code) || UNAVAILABLE.test(code);
  // errors of the connection name the server themselves
  const message = `${name}: ${error.message.replace(/^\S+\/\S*: /, "")}`;
  return new StorageError(isUnavailable ? "unavailable" : "internal", message, { cause: error });
}
