import type { Kind } from "../flow/mod.ts";
import { KINDS } from "../kinds/mod.ts";
import { nearest, Scheme } from "../spec/mod.ts";
import { asError, failure } from "../value/mod.ts";

/** Which kinds a runtime knows. */
export interface SchemeOptions {
  /** Names of the built-in ones; default all. */
  kinds?: readonly string[];
  /** URLs of modules that add more. */
  extensions?: readonly string[];
}

/**
 * The table of kinds.
 *
 * @throws {Error} If a module cannot be loaded, exports no kind, or one of its kinds clashes with another: it is named.
 */
export async function loadScheme({ kinds, extensions = [] }: SchemeOptions = {}): Promise<Scheme<Kind>> {
  const scheme = new Scheme<Kind>(kinds === undefined ? KINDS : kinds.map(builtIn));
  for (const url of extensions) {
    try {
      for (const kind of kindsOf(await import(url))) scheme.add(kind);
    } catch (thrown) {
      const error = asError(thrown);
      throw failure(`extension ${url}: ${error.message}`, { cause: error });
    }
  }
  return scheme;
}

function builtIn(name: string): Kind {
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
