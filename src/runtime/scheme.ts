import type { Kind } from "../kind/mod.ts";
import { KINDS } from "../kinds/mod.ts";
import { nearest, Scheme } from "../spec/mod.ts";
import { failure } from "../value/mod.ts";
import { notLoaded } from "./extension_modules.ts";
import { type Extensions, NO_EXTENSIONS } from "./extensions.ts";

/**
 * Returns the table of kinds.
 *
 * @param kinds The built-in kinds. Default all.
 * @throws {Error} If two kinds have the same name.
 */
export function schemeOf(
  { kinds, origins }: Pick<Extensions, "kinds" | "origins"> = NO_EXTENSIONS,
  builtIn: readonly Kind[] = KINDS,
): Scheme<Kind> {
  const scheme = new Scheme<Kind>(builtIn);
  for (const kind of kinds) {
    try {
      scheme.add(kind);
    } catch (thrown) {
      throw notLoaded(origins.get(kind), thrown);
    }
  }
  return scheme;
}

/** Returns the built-in kind with a name or alias. @throws {Error} If there is none; it suggests the nearest name. */
export function builtInKind(name: string): Kind {
  const kind = KINDS.find((known) => known.name === name || known.aliases?.includes(name));
  if (kind !== undefined) return kind;
  const meant = nearest(name, KINDS.map((known) => known.name));
  throw failure(`unknown built-in kind "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`);
}
