import type { Kind } from "../kind/mod.ts";
import { KINDS } from "../kinds/mod.ts";
import { nearest, Scheme } from "../spec/mod.ts";
import { asError, failure } from "../value/mod.ts";

/** The kinds of a scheme. */
export interface SchemeOptions {
  /** The built-in kinds. Default all. */
  kinds?: readonly Kind[];
  /** URLs of modules with additional kinds. */
  extensions?: readonly string[];
}

/**
 * Returns the table of kinds.
 *
 * @throws {Error} If a module cannot be loaded, exports no kind, or exports a kind whose name is taken. Names the module.
 */
export async function loadScheme({ kinds = KINDS, extensions = [] }: SchemeOptions = {}): Promise<Scheme<Kind>> {
  const scheme = new Scheme<Kind>(kinds);
  for (const url of extensions) {
    try {
      for (const kind of kindsOf(await import(url))) scheme.add(kind);
    } catch (thrown) {
      throw failure(`extension ${url} cannot be loaded`, { cause: asError(thrown) });
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

function kindsOf(module: { default?: unknown }): Kind[] {
  const list = Array.isArray(module.default) ? module.default : [module.default];
  for (const kind of list) {
    const { name, summary, fields, ports, prepare, compound } = (kind ?? {}) as Partial<Kind>;
    if (typeof name !== "string") throw failure("its default export is neither a kind nor a list of kinds");
    const missing = Object.entries({ summary, fields, ports, prepare: prepare ?? compound })
      .find(([, value]) => value === undefined)?.[0];
    if (missing !== undefined) throw failure(`missing property "${missing}" of kind "${name}"`);
  }
  return list as Kind[];
}
