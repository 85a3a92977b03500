import type { Kind } from "../../kind/mod.ts";
import { builtInKind, loadScheme } from "../../runtime/mod.ts";
import type { Scheme } from "../../spec/mod.ts";
import { asError } from "../../value/mod.ts";
import type { Config } from "./config.ts";
import { readExtensions } from "./settings.ts";

/**
 * Loads the kinds of a command: the built-in kinds that weft.yaml enables, and those of extensions.
 *
 * @throws {Error} If weft.yaml names an unknown kind, with the position; if an extension cannot be loaded.
 */
export async function knownKinds({ flags, kinds }: Config): Promise<Scheme<Kind>> {
  const enabled = kinds?.map(({ name, position }) => {
    try {
      return builtInKind(name);
    } catch (error) {
      throw new Error(`${position}: ${asError(error).message}`);
    }
  });
  return await loadScheme({
    extensions: readExtensions(flags),
    ...enabled !== undefined && { kinds: [...new Set(enabled)] },
  });
}
