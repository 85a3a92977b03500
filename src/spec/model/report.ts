import type { Problem } from "./diagnostic.ts";
import type { FieldProblem } from "./kind.ts";
import type { Locator } from "./origin.ts";
import { labelOf, type SpecDraft } from "./spec.ts";

/** Whom a problem is of. */
export interface Reported {
  spec: Pick<SpecDraft, "name" | "id" | "kind">;
  source?: Locator | undefined;
}

/** A problem of a field with its place in the file. The path is as the author wrote it. */
export function report({ spec, source }: Reported, { path, key, what, hint, offset, severity }: FieldProblem): Problem {
  const position = offset !== undefined
    ? source?.locate(path, offset)
    : key
    ? source?.keyPosition(path)
    : source?.position(path);
  return {
    ...position === undefined ? { spec: labelOf(spec) } : { position },
    what,
    ...hint !== undefined && { hint },
    ...severity !== undefined && { severity },
  };
}
