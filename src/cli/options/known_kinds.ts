import type { Kind } from "../../kind/mod.ts";
import { builtInKind, type Extensions, loadExtensions, schemeOf } from "../../runtime/mod.ts";
import type { Scheme } from "../../spec/mod.ts";
import { asError } from "../../value/mod.ts";
import type { Config } from "./config.ts";
import { readExtensions } from "./settings.ts";

/**
 * Returns the table of kinds that the settings name.
 *
 * @param extensions The extensions, if they are loaded already.
 * @throws {Error} If an extension cannot be loaded, or a built-in kind is unknown: with its position in weft.yaml.
 */
export async function knownKinds({ flags, kinds }: Config, extensions?: Extensions): Promise<Scheme<Kind>> {
  const enabled = kinds?.map(({ name, position }) => {
    try {
      return builtInKind(name);
    } catch (error) {
      throw new Error(`${position}: ${asError(error).message}`);
    }
  });
  const loaded = extensions ?? await loadExtensions(readExtensions(flags));
  return enabled === undefined ? schemeOf(loaded) : schemeOf(loaded, [...new Set(enabled)]);
}
