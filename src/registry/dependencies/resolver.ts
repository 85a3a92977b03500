import { isList, isMap, type Value } from "../../value/mod.ts";
import type { Entry } from "../entry.ts";
import { RegistryError } from "../errors.ts";
import { Id } from "../id.ts";
import { globMatches } from "../query/glob.ts";

/** A place where entries name their dependencies. */
export interface DependencyPattern {
  /**
   * The dotted path to it from `meta` or `data`: `meta.server`. It holds a string, a list of strings, or a map whose
   * values are strings.
   */
  readonly path: string;
  /** What the dependency is, for people. */
  readonly description?: string;
  /** Whether `*` in a segment matches any key of a map and any item of a list: `data.imports.*`. Default false. */
  readonly allowWildcard?: boolean;
}

/** A dependency: an entry, all members of a group (see `meta.groups`), or all entries of a namespace. */
export type Reference =
  | { readonly to: "entry"; readonly id: Id }
  | { readonly to: "group"; readonly group: string }
  | { readonly to: "namespace"; readonly namespace: string };

interface CompiledPattern {
  readonly pattern: DependencyPattern;
  /** The first segment of the path: `meta` or `data`. */
  readonly root: string;
  /** The rest of the path. */
  readonly segments: readonly string[];
}

/** The pattern of every resolver. */
const DEPENDS_ON: DependencyPattern = { path: "meta.depends_on", description: "the explicit dependencies of an entry" };

/** Finds the dependencies of entries by patterns. */
export class Resolver {
  readonly #patterns: CompiledPattern[] = [];
  /** Reused by every call: usually nothing is found, and a new set would cost more than the search. */
  readonly #found = new Set<string>();
  #revision = 0;

  constructor() {
    this.register(DEPENDS_ON);
  }

  /** The number of patterns registered so far: an index built at another revision is out of date. */
  get revision(): number {
    return this.#revision;
  }

  /** The patterns, in the order in which they were registered. */
  get patterns(): readonly DependencyPattern[] {
    return this.#patterns.map(({ pattern }) => pattern);
  }

  /** Registers a pattern, unless it is registered. @throws {RegistryError} `invalid`, if its path is empty. */
  register(pattern: DependencyPattern): void {
    if (pattern.path === "") {
      throw new RegistryError("invalid", 'invalid path "" of dependency pattern: expected a path such as meta.server');
    }
    const isSame = ({ path, allowWildcard = false }: DependencyPattern) =>
      path === pattern.path && allowWildcard === (pattern.allowWildcard ?? false);
    if (this.#patterns.some((known) => isSame(known.pattern))) return;
    const [root, ...segments] = pattern.path.split(".") as [string, ...string[]];
    this.#patterns.push({ pattern, root, segments });
    this.#revision++;
  }

  /**
   * Returns the dependencies of an entry, each once, in no particular order. They are written `group:G`, `ns:N`, as an
   * id, or as the name of an entry in the same namespace.
   */
  references(entry: Entry): readonly Reference[] {
    const texts = this.#found;
    if (texts.size > 0) texts.clear();
    for (const { pattern, root, segments } of this.#patterns) {
      const start = root === "meta" ? entry.meta : root === "data" ? entry.data : undefined;
      if (start !== undefined) collect(start, segments, 0, pattern.allowWildcard ?? false, texts);
    }
    return texts.size === 0 ? NO_REFERENCES : [...texts].map((text) => parseReference(text, entry.id.namespace));
  }
}

const NO_REFERENCES: readonly Reference[] = [];

function parseReference(text: string, namespace: string): Reference {
  if (text.startsWith("group:")) return { to: "group", group: text.slice("group:".length) };
  if (text.startsWith("ns:")) return { to: "namespace", namespace: text.slice("ns:".length) };
  return { to: "entry", id: text.includes(":") ? Id.parse(text) : Id.of(namespace, text) };
}

/** Returns the groups that an entry is in. */
export function groupsOf(entry: Entry): readonly string[] {
  const groups = Object.hasOwn(entry.meta, "groups") ? entry.meta.groups : undefined;
  if (typeof groups === "string") return [groups];
  return isList(groups) ? groups.filter((group) => typeof group === "string") : [];
}

function collect(value: Value, path: readonly string[], at: number, wildcard: boolean, into: Set<string>): void {
  const segment = path[at];
  if (segment === undefined) return collectLeaf(value, into);
  if (wildcard && segment.includes("*")) {
    if (isList(value)) { for (const item of value) collect(item, path, at + 1, wildcard, into); }
    else if (isMap(value)) {
      for (const key of Object.keys(value)) {
        if (globMatches(segment, key)) collect(value[key]!, path, at + 1, wildcard, into);
      }
    }
  } else if (isMap(value) && Object.hasOwn(value, segment)) {
    collect(value[segment]!, path, at + 1, wildcard, into);
  }
}

function collectLeaf(value: Value, into: Set<string>): void {
  const texts = isList(value) ? value : isMap(value) ? Object.values(value) : [value];
  for (const text of texts) if (typeof text === "string" && text !== "") into.add(text);
}
