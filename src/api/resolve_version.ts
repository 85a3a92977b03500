import { RegistryError } from "../registry/mod.ts";
import type { Target } from "./target.ts";

/**
 * Resolves the name of a version: a number (`7` or `v7`), `head`, or `head~N` for the Nth ancestor of head.
 *
 * @throws {RegistryError} `invalid`, if it has another form; `not_found`, if the version does not exist.
 */
export async function resolveVersion({ registry }: Target, text: string): Promise<number> {
  const number = /^v?(\d+)$/.exec(text)?.[1];
  const back = /^head(?:~(\d+))?$/i.exec(text);
  if (number === undefined && back === null) {
    throw new RegistryError("invalid", `invalid version ${JSON.stringify(text)}: expected a number, head or head~N`);
  }
  let version = number === undefined ? (await registry.head()).version : Number(number);
  const versions = new Map((await registry.versions()).map((version) => [version.id, version]));
  for (let steps = Number(back?.[1] ?? 0); steps > 0; steps--) {
    const parent = versions.get(version)?.parent;
    if (parent === undefined) {
      throw new RegistryError("not_found", `no such version: ${text}; the history begins with version ${version}`);
    }
    version = parent;
  }
  if (!versions.has(version)) throw new RegistryError("not_found", `no such version: ${version}`);
  return version;
}
