import type { Diagnostic, Location } from "./diagnostic.ts";
import type { Locator } from "./origin.ts";
import { labelOf, type SpecDraft } from "./spec.ts";

/** A spec that diagnostics are about. */
export interface Reported {
  spec: Pick<SpecDraft, "name" | "id" | "kind">;
  source?: Locator | undefined;
}

/**
 * Returns a diagnostic of a field with the field's position in the file, or with the name of the spec if it came from no
 * file. The path is the one in the file (see `sourcePath`).
 */
export function report({ spec, source }: Reported, diagnostic: Diagnostic): Diagnostic {
  const position = source && positionOf(source, diagnostic.location ?? {});
  const note = source?.noteAt?.(diagnostic.location?.path ?? []);
  if (note !== undefined) {
    const hint = diagnostic.hint === undefined ? note : `${diagnostic.hint}; ${note}`;
    diagnostic = { ...diagnostic, hint };
  }
  return { ...diagnostic, location: position === undefined ? { spec: labelOf(spec) } : { position } };
}

function positionOf(source: Locator, { path = [], key, offset }: Location) {
  if (offset !== undefined) return source.locate(path, offset);
  return key ? source.keyPosition(path) : source.position(path);
}
