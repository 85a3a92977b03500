import type { DataKind, Kind } from "../kind/mod.ts";
import { DATA_KINDS as BUILT_IN_DATA_KINDS, KINDS } from "../kinds/mod.ts";
import { nearest, Scheme } from "../spec/mod.ts";
import { failure } from "../value/mod.ts";
import { notLoaded } from "./extension_modules.ts";
import { type Extensions, NO_EXTENSIONS } from "./extensions.ts";

/** What a table of kinds takes of extensions. */
export type KnownExtensions =
  & Pick<Extensions, "kinds" | "origins">
  & Partial<Pick<Extensions, "dataKinds" | "positions">>;

/** The built-in kinds of entries that hold data, and that of entries of which nobody knows anything. */
const DATA_KINDS: readonly DataKind[] = [
  ...BUILT_IN_DATA_KINDS,
  {
    holds: "data",
    name: "registry.entry",
    summary: "Holds any data: a value, which nodes bind as `env` and templates read.",
  },
];

/**
 * Returns the table of kinds.
 *
 * @param kinds The built-in kinds. Default all.
 * @throws {Error} If two kinds have the same name.
 */
export function schemeOf(
  { kinds, dataKinds = [], origins, positions }: KnownExtensions = NO_EXTENSIONS,
  builtIn: readonly Kind[] = KINDS,
): Scheme<Kind> {
  const scheme = new Scheme<Kind>(builtIn, DATA_KINDS);
  const add = <Known extends Kind | DataKind>(kind: Known, to: (kind: Known) => void) => {
    try {
      to(kind);
    } catch (thrown) {
      const url = origins.get(kind);
      throw notLoaded(url, thrown, positions?.get(url ?? ""));
    }
  };
  for (const kind of kinds) add(kind, (kind) => scheme.add(kind));
  for (const kind of dataKinds) add(kind, (kind) => scheme.addData(kind));
  return scheme;
}

/** Returns all built-in kinds. */
export function builtInKinds(): readonly Kind[] {
  return KINDS;
}

/** Returns the built-in kind with a name or alias. @throws {Error} If there is none; it suggests the nearest name. */
export function builtInKind(name: string): Kind {
  const kind = KINDS.find((known) => known.name === name || known.aliases?.includes(name));
  if (kind !== undefined) return kind;
  const meant = nearest(name, KINDS.map((known) => known.name));
  throw failure(`unknown built-in kind "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`);
}

/** Returns a kind that a program hands over as an object. @throws {Error} If it runs on executors. */
export function ofHost(kind: Kind): Kind {
  if (kind.place === "host") return kind;
  throw failure(
    `kind "${kind.name}" runs on executors, which import it by the URL of its module: load that with loadExtensions`,
    { code: "invalid" },
  );
}
