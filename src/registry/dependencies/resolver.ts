import { isList, isMap, type Value } from "../../value/mod.ts";
import type { Entry } from "../entry.ts";
import { RegistryError } from "../errors.ts";
import { Id } from "../id.ts";
import { globMatches } from "../query/glob.ts";

/** Where entries name what they depend on. */
export interface DependencyPattern {
  /**
   * The way to it from `meta` or `data`, with dots: `meta.server`. What stands there is a text, a list of texts, or a
   * map whose values are texts.
   */
  readonly path: string;
  readonly description?: string;
  /** Whether a `*` in a segment stands for any key of a map and any item of a list: `data.imports.*`. Default false. */
  readonly allowWildcard?: boolean;
}

/** What an entry depends on: an entry, all members of a group (`meta.groups` names it), or all of a namespace. */
export type Reference =
  | { readonly to: "entry"; readonly id: Id }
  | { readonly to: "group"; readonly group: string }
  | { readonly to: "namespace"; readonly namespace: string };

interface CompiledPattern {
  readonly pattern: DependencyPattern;
  /** Where the path begins: `meta` or `data`. */
  readonly root: string;
  /** The rest of the path. */
  readonly segments: readonly string[];
}

/** The pattern that every resolver has. */
const DEPENDS_ON: DependencyPattern = { path: "meta.depends_on", description: "what an entry says it depends on" };

/** Finds what entries depend on, by patterns. */
export class Resolver {
  readonly #patterns: CompiledPattern[] = [];
  /** Used again by every call: mostly nothing is found, and a new set would cost more than looking. */
  readonly #texts = new Set<string>();
  #revision = 0;

  constructor() {
    this.register(DEPENDS_ON);
  }

  /** Counts the patterns that were ever registered: an index made under another count is out of date. */
  get revision(): number {
    return this.#revision;
  }

  /** The patterns, in the order they were registered. */
  get patterns(): readonly DependencyPattern[] {
    return this.#patterns.map(({ pattern }) => pattern);
  }

  /** Adds a pattern. @throws {RegistryError} `invalid`, if its path is empty. */
  register(pattern: DependencyPattern): void {
    if (pattern.path === "") throw new RegistryError("invalid", "the path of a dependency pattern is empty");
    const [root, ...segments] = pattern.path.split(".") as [string, ...string[]];
    this.#patterns.push({ pattern, root, segments });
    this.#revision++;
  }

  /**
   * What an entry depends on, each once, in no particular order. A text is `group:G`, `ns:N`, an id, or the name of an
   * entry in the same namespace.
   */
  references(entry: Entry): readonly Reference[] {
    const texts = this.#texts;
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

/** The groups an entry is in. */
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
