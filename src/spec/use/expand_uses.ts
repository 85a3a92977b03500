import { isList, isMap, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import { type Diagnostic, formatPosition, prefixPath } from "../model/diagnostic.ts";
import { mapTexts } from "../model/map_texts.ts";
import type { Locator } from "../model/origin.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { labelOf, type Origin, type Path, type SpecDraft } from "../model/spec.ts";
import { argumentsOf, fillIn } from "./parameters.ts";

/** An entry that holds a definition. */
export interface Definition {
  readonly spec: SpecDraft;
  readonly source?: Locator | undefined;
  /** Its positions, if it is stored. */
  readonly origin?: Origin | undefined;
}

/** Returns the definition with a name, of the namespace of the spec that uses it. */
export type DefinitionOf = (name: string) => Definition | undefined;

/** A spec with the definitions that it uses in their place. */
export interface ExpandedSpec {
  readonly spec: SpecDraft;
  readonly source?: Locator | undefined;
  readonly origin?: Origin | undefined;
  /** What is wrong with how it uses them. */
  readonly diagnostics: readonly Diagnostic[];
  /** The names of all definitions in it. */
  readonly uses: ReadonlySet<string>;
}

/** A part of a spec that comes from a definition. */
interface Moved {
  /** Where it is in the spec that uses it. */
  readonly at: Path;
  readonly definition: Definition;
}

/** The fields that stand in the spec which uses a definition. */
const OF_USER: ReadonlySet<unknown> = new Set(["use", "with", "name", "links", "kind", "env"]);

/** How deep definitions may use one another. */
const DEEPEST = 50;

/** Puts definitions in the place of what uses them, in a spec and in those nested in it. */
export function expandUses(
  given: { readonly spec: SpecDraft; readonly source?: Locator | undefined; readonly origin?: Origin | undefined },
  scheme: Scheme,
  definitionOf: DefinitionOf,
): ExpandedSpec {
  const expander = new Expander(scheme, definitionOf);
  const fields = expander.fields(given.spec.kind, given.spec.fields, [], []);
  const { diagnostics, uses, moved } = expander;
  if (moved.length === 0) return { ...given, diagnostics, uses };
  const user = labelOf(given.spec);
  const where = given.source?.position([]) ?? (given.origin === undefined ? undefined : { ...given.origin });
  const usedBy = where === undefined ? `used by ${user}` : `used by ${user} at ${formatPosition(where)}`;
  return {
    spec: { ...given.spec, fields },
    source: movedLocator(given.source, moved, usedBy),
    origin: given.origin === undefined ? undefined : movedOrigin(given.origin, moved),
    diagnostics,
    uses,
  };
}

class Expander {
  readonly diagnostics: Diagnostic[] = [];
  readonly uses = new Set<string>();
  readonly moved: Moved[] = [];
  readonly #scheme: Scheme;
  readonly #definitionOf: DefinitionOf;

  constructor(scheme: Scheme, definitionOf: DefinitionOf) {
    this.#scheme = scheme;
    this.#definitionOf = definitionOf;
  }

  /** @param chain The definitions around it. */
  fields(kindName: string, fields: ValueMap, at: Path, chain: readonly string[]): ValueMap {
    const kind = this.#scheme.get(kindName);
    if (kind === undefined) return fields;
    if (kind.uses !== undefined && typeof fields.use === "string") {
      const body = this.#body(kindName, kind.uses, fields.use, fields, at, chain);
      return body === undefined ? fields : this.fields(kindName, body, at, [...chain, fields.use]);
    }
    const nested = kind.nested === undefined ? undefined : fields[kind.nested];
    if (nested === undefined) return fields;
    const inner = (item: Value, path: Path): Value => {
      if (!isMap(item) || typeof item.kind !== "string") return item;
      return this.fields(item.kind, item, path, chain);
    };
    const path = [...at, kind.nested!];
    const changed = isList(nested) ? nested.map((item, index) => inner(item, [...path, index])) : inner(nested, path);
    return { ...fields, [kind.nested!]: changed };
  }

  /** Returns the fields of a definition with its parameters filled in; undefined if that is not possible. */
  #body(
    kindName: string,
    holder: string,
    use: string,
    fields: ValueMap,
    at: Path,
    chain: readonly string[],
  ): ValueMap | undefined {
    const tell = (diagnostic: Diagnostic) => void this.diagnostics.push(prefixPath(at, diagnostic));
    this.uses.add(use);
    const definition = this.#definitionOf(use);
    if (definition === undefined || definition.spec.kind !== holder) {
      const hint = `define it as an entry of kind ${holder}`;
      return tell({ location: { path: ["use"] }, message: `unknown ${kindName} ${show(use)}`, hint });
    }
    if (chain.includes(use) || chain.length >= DEEPEST) {
      const cycle = [...chain.slice(Math.max(0, chain.indexOf(use))), use].join(" > ");
      return tell({ location: { path: ["use"] }, message: `${kindName} ${show(use)} uses itself: ${cycle}` });
    }
    const place = definition.source?.position([]);
    const label = `${kindName} ${show(use)}${place === undefined ? "" : ` (${formatPosition(place)})`}`;
    const { data } = definition.spec.fields;
    if (!isMap(data ?? null)) return tell({ location: { path: ["use"] }, message: `${label} is not valid` });
    const { parameters, ...body } = data as ValueMap;
    for (const field of Object.keys(body)) {
      if (!Object.hasOwn(fields, field)) continue;
      return tell({ location: { path: [field], key: true }, message: `both use and ${field} are given` });
    }
    const args = argumentsOf(parameters, fields.with, label);
    args.diagnostics.forEach(tell);
    if (args.diagnostics.length > 0) return undefined;
    let isWrong = false;
    const kind = this.#scheme.get(kindName)!;
    // where the parameter stands is told by the definition
    this.moved.push({ at, definition });
    const filled = mapTexts(kind, body, this.#scheme, (text, path) =>
      fillIn(text, args.values, (message) => {
        isWrong = true;
        tell({ location: { path, offset: 0 }, message });
      }), { bindings: true });
    if (isWrong) return undefined;
    const kept: Record<string, Value> = {};
    for (const key of Object.keys(fields)) if (key !== "use" && key !== "with") setKey(kept, key, fields[key]!);
    return { ...kept, ...filled };
  }
}

/** Returns the innermost definition that a path leads into, and the path there. */
function movedAt(moved: readonly Moved[], path: Path): { definition: Definition; path: Path } | undefined {
  let found: Moved | undefined;
  for (const one of moved) {
    if (one.at.length >= path.length || one.at.some((step, index) => path[index] !== step)) continue;
    if (found === undefined || one.at.length >= found.at.length) found = one;
  }
  if (found === undefined) return undefined;
  const step = path[found.at.length];
  if (OF_USER.has(step)) return undefined;
  return { definition: found.definition, path: ["data", ...path.slice(found.at.length)] };
}

function movedLocator(source: Locator | undefined, moved: readonly Moved[], usedBy: string): Locator {
  const ask = <T>(path: Path, of: (source: Locator, path: Path) => T): T | undefined => {
    const there = movedAt(moved, path);
    if (there === undefined) return source && of(source, path);
    return there.definition.source && of(there.definition.source, there.path);
  };
  return {
    position: (path) => ask(path, (source, path) => source.position(path)) ?? source?.position([]),
    keyPosition: (path) => ask(path, (source, path) => source.keyPosition(path)) ?? source?.position([]),
    locate: (path, offset) => ask(path, (source, path) => source.locate(path, offset)) ?? source?.position([]),
    aliasOf: (path) => ask(path, (source, path) => source.aliasOf?.(path)),
    noteAt: (path) => {
      const definition = movedAt(moved, path)?.definition;
      if (definition === undefined) return undefined;
      return definition.source === undefined ? `in ${labelOf(definition.spec)}, ${usedBy}` : usedBy;
    },
  };
}

/** Returns the positions of a spec with those of the definitions in it, which are in files of their own. */
function movedOrigin(origin: Origin, moved: readonly Moved[]): Origin {
  const texts = { ...origin.texts };
  for (const { at, definition } of moved) {
    if (definition.origin === undefined) continue;
    const { file } = definition.origin;
    for (const [key, text] of Object.entries(definition.origin.texts)) {
      const path = JSON.parse(key) as Path;
      if (path[0] === "data") texts[JSON.stringify([...at, ...path.slice(1)])] = { file, ...text };
    }
  }
  return { ...origin, texts };
}
