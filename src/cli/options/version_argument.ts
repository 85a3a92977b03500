import { resolveVersion, type Target } from "../../api/stored/mod.ts";
import { RegistryError } from "../../registry/mod.ts";
import { UsageError } from "./flag.ts";

/**
 * Resolves the version in a command line: a number (`7` or `v7`), `head`, or `head~N` for the Nth ancestor of head.
 *
 * @throws {UsageError} If it has another form.
 * @throws {Error} If the version does not exist.
 */
export async function readVersion(text: string, target: Target): Promise<number> {
  try {
    return await resolveVersion(target, text);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (error.code === "invalid") throw new UsageError(error.message);
    // a message that says where the history begins needs no list
    const hint = error.code === "not_found" && !error.message.includes(";");
    throw hint ? new Error(`${error.message}; run "weft history" to list versions`) : error;
  }
}
