import type { Kind } from "../../kind/mod.ts";
import { builtInKind, loadScheme } from "../../runtime/mod.ts";
import type { Scheme } from "../../spec/mod.ts";
import { asError } from "../../value/mod.ts";
import type { Config } from "./config.ts";
import { readExtensions } from "./settings.ts";

/**
 * The kinds that a command knows: the built-in ones that weft.yaml has on, and those of the extensions.
 *
 * @throws {Error} If weft.yaml names a kind that is not built in, with the place; as `loadScheme`.
 */
export async function knownKinds({ given, kinds }: Config): Promise<Scheme<Kind>> {
  const on = kinds?.map(({ name, position }) => {
    try {
      return builtInKind(name);
    } catch (error) {
      throw new Error(`${position}: ${asError(error).message}`);
    }
  });
  return await loadScheme({ extensions: readExtensions(given), ...on !== undefined && { kinds: [...new Set(on)] } });
}
