import type { Registry } from "../../registry/mod.ts";
import { UsageError } from "./flag.ts";

/**
 * The version that a command line names: its number (`7` or `v7`), `head`, or `head~2` for what head was made from two
 * versions ago.
 *
 * @throws {UsageError} If it is written in another way.
 * @throws {Error} If there is no such version.
 */
export async function readVersion(text: string, registry: Registry): Promise<number> {
  const number = /^v?(\d+)$/.exec(text)?.[1];
  const back = /^head(?:~(\d+))?$/i.exec(text);
  if (number === undefined && back === null) {
    throw new UsageError(`${JSON.stringify(text)} is no version: write its number, head, or head~1`);
  }
  let version = number === undefined ? (await registry.head()).version : Number(number);
  const versions = new Map((await registry.versions()).map((version) => [version.id, version]));
  for (let steps = Number(back?.[1] ?? 0); steps > 0; steps--) {
    const parent = versions.get(version)?.parent;
    if (parent === undefined) throw new Error(`there is no version ${text}: the history begins with ${version}`);
    version = parent;
  }
  if (!versions.has(version)) throw new Error(`there is no version ${version}; weft history lists them`);
  return version;
}
