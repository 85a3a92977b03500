import type { ManifestFile } from "../runtime/mod.ts";

/** A file of specs. */
export type SpecFile = ManifestFile;

/** A spec as an object: what stands in a YAML file. */
export type SpecObject = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Specs: YAML text, objects, or files. */
export type Specs = string | readonly SpecObject[] | readonly SpecFile[];

/** The name of the file that specs are read from if they are in none. */
const NOWHERE = "<specs>";

/** Returns specs as files. */
export function filesOf(specs: Specs): readonly SpecFile[] {
  if (typeof specs === "string") return [{ name: NOWHERE, text: specs }];
  if (specs.every(isFile)) return specs;
  // one object a line, so that the line of a diagnostic tells which it is about
  return [{ name: NOWHERE, text: specs.map((spec) => `- ${JSON.stringify(spec)}`).join("\n") }];
}

function isFile(spec: SpecObject | SpecFile): spec is SpecFile {
  return !("kind" in spec) && typeof spec.text === "string";
}
