import type { Kind } from "../../kind/mod.ts";
import { builtInKind, builtInKinds, type Extensions, loadExtensions, schemeOf } from "../../runtime/mod.ts";
import type { Scheme } from "../../spec/mod.ts";
import { asError } from "../../value/mod.ts";
import { type Config, CONFIG_FILE } from "./config.ts";
import { readExtensions } from "./extensions.ts";

/**
 * Returns the table of kinds that the settings name.
 *
 * @param extensions The extensions, if they are loaded already.
 * @throws {Error} If an extension cannot be loaded, or a built-in kind is unknown: with its position in weft.yaml.
 */
export async function knownKinds(config: Config, extensions?: Extensions): Promise<Scheme<Kind>> {
  const { kinds } = config;
  const enabled = kinds?.map(({ name, position }) => {
    try {
      return builtInKind(name);
    } catch (error) {
      throw new Error(`${position}: ${asError(error).message}`);
    }
  });
  const listed = extensions === undefined ? await readExtensions(config) : undefined;
  const loaded = extensions ?? await loadExtensions(listed!.urls, listed);
  if (enabled === undefined) return schemeOf(loaded);
  const used = new Set(enabled);
  const where = kinds![0]?.position ?? CONFIG_FILE;
  return schemeOf(loaded, [...used]).leaveOut(builtInKinds().filter((kind) => !used.has(kind)), where);
}
