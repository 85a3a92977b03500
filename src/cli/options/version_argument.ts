import type { Registry } from "../../registry/mod.ts";
import { UsageError } from "./flag.ts";

/**
 * Resolves the version in a command line: a number (`7` or `v7`), `head`, or `head~N` for the Nth ancestor of head.
 *
 * @throws {UsageError} If it has another form.
 * @throws {Error} If the version does not exist.
 */
export async function readVersion(text: string, registry: Registry): Promise<number> {
  const number = /^v?(\d+)$/.exec(text)?.[1];
  const back = /^head(?:~(\d+))?$/i.exec(text);
  if (number === undefined && back === null) {
    throw new UsageError(`invalid version ${JSON.stringify(text)}: expected a number, head or head~N`);
  }
  let version = number === undefined ? (await registry.head()).version : Number(number);
  const versions = new Map((await registry.versions()).map((version) => [version.id, version]));
  for (let steps = Number(back?.[1] ?? 0); steps > 0; steps--) {
    const parent = versions.get(version)?.parent;
    if (parent === undefined) throw new Error(`no such version: ${text}; the history begins with version ${version}`);
    version = parent;
  }
  if (!versions.has(version)) throw new Error(`no such version: ${version}; run "weft history" to list versions`);
  return version;
}
