import type { Kind } from "../kind/mod.ts";
import { KINDS } from "../kinds/mod.ts";
import { nearest, Scheme } from "../spec/mod.ts";
import { asError, failure } from "../value/mod.ts";

/** Which kinds a runtime knows. */
export interface SchemeOptions {
  /** The built-in ones; default all. */
  kinds?: readonly Kind[];
  /** URLs of modules that add more. */
  extensions?: readonly string[];
}

/**
 * The table of kinds.
 *
 * @throws {Error} If a module cannot be loaded, exports no kind, or one of its kinds clashes with another: it is named.
 */
export async function loadScheme({ kinds = KINDS, extensions = [] }: SchemeOptions = {}): Promise<Scheme<Kind>> {
  const scheme = new Scheme<Kind>(kinds);
  for (const url of extensions) {
    try {
      for (const kind of kindsOf(await import(url))) scheme.add(kind);
    } catch (thrown) {
      throw failure(`the extension ${url} cannot be used`, { cause: asError(thrown) });
    }
  }
  return scheme;
}

/** The built-in kind of that name or alias. @throws {Error} If there is none, with the nearest one. */
export function builtInKind(name: string): Kind {
  const kind = KINDS.find((known) => known.name === name || known.aliases?.includes(name));
  if (kind !== undefined) return kind;
  const meant = nearest(name, KINDS.map((known) => known.name));
  throw failure(`there is no built-in kind ${name}${meant === undefined ? "" : `; did you mean ${meant}?`}`);
}

function kindsOf(module: { default?: unknown }): Kind[] {
  const list = Array.isArray(module.default) ? module.default : [module.default];
  for (const kind of list) {
    const { name, summary, fields, ports, prepare, compound } = (kind ?? {}) as Partial<Kind>;
    if (typeof name !== "string") throw failure("it has no default export that is a kind, or a list of kinds");
    const missing = Object.entries({ summary, fields, ports, prepare: prepare ?? compound })
      .find(([, value]) => value === undefined)?.[0];
    if (missing !== undefined) throw failure(`the kind ${name} has no ${missing}`);
  }
  return list as Kind[];
}
