import { type Diagnostic, formatDiagnostic, nearest, sortDiagnostics } from "../../spec/model/mod.ts";
import { compose, LineMap, type MapNode, type Node, parseYaml, type ScalarNode } from "../../spec/yaml/mod.ts";
import type { Config, ConfiguredKind } from "./config.ts";
import type { Flag, GivenValue } from "./flag.ts";

/** What is written in the plural in a file, where a list stands by itself. */
const PLURALS: Readonly<Record<string, string>> = {
  extensions: "extension",
  files: "file",
  "env-files": "env-file",
};

const TYPES: Readonly<Record<Flag["type"], string>> = {
  flag: "true or false",
  text: "a text",
  number: "a whole number",
  list: "a text or a list of texts",
};

/**
 * Reads weft.yaml: a map from the names of flags to what they are given, and the list of `kinds`.
 *
 * @param settings The flags that it may name.
 * @throws {Error} Everything that is wrong with it, a line each, as `file:line:column: what; what would be right`.
 */
export function parseConfig(text: string, file: string, settings: readonly Flag[]): Config {
  return new Reader(text.startsWith("\ufeff") ? text.slice(1) : text, file, settings).read();
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #lines: LineMap;
  readonly #settings: ReadonlyMap<string, Flag>;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #given: Record<string, GivenValue> = {};
  #kinds: ConfiguredKind[] | undefined;

  constructor(text: string, file: string, settings: readonly Flag[]) {
    this.#text = text;
    this.#file = file;
    this.#lines = new LineMap(text);
    this.#settings = new Map(settings.map((flag) => [flag.name, flag]));
  }

  read(): Config {
    const { events, diagnostics } = parseYaml(this.#text);
    const composed = compose(this.#text, this.#lines, events);
    for (const { location, message, hint } of [...diagnostics, ...composed.diagnostics]) {
      this.#tell(location?.offset ?? 0, message, hint);
    }
    const [root, second] = composed.roots;
    if (second !== undefined) this.#tell(second.start, "there is a second document", "settings are one map");
    if (root?.type === "map") this.#map(root);
    else if (root !== undefined && root.value !== null) {
      this.#tell(root.start, "the settings are not a map", "write them as key: value");
    }
    if (this.#diagnostics.length > 0) {
      throw new Error(sortDiagnostics(this.#diagnostics).map(formatDiagnostic).join("\n"));
    }
    return { given: this.#given, ...this.#kinds !== undefined && { kinds: this.#kinds } };
  }

  #map(root: MapNode): void {
    for (const [key, { keyStart, node }] of root.entries) {
      const name = PLURALS[key] ?? key;
      const flag = this.#settings.get(name);
      if (key !== "kinds" && flag === undefined) this.#unknown(key, keyStart);
      else if (Object.hasOwn(this.#given, name)) {
        this.#tell(keyStart, `${name} is given twice`, "give one of both names");
      } else if (isNothing(node)) continue;
      else if (flag === undefined) this.#kinds = this.#readKinds(node);
      else this.#set(flag, key, node);
    }
  }

  #set(flag: Flag, key: string, node: Node): void {
    const value = flag.name === "env" && node.type === "map" ? this.#variables(node) : this.#value(flag, key, node);
    if (value !== undefined) this.#given[flag.name] = value;
  }

  #value(flag: Flag, key: string, node: Node): GivenValue | undefined {
    const { value } = node;
    if (flag.type === "flag" && typeof value === "boolean") return value;
    if (flag.type === "number" && typeof value === "number") {
      const { least = 0 } = flag;
      if (Number.isSafeInteger(value) && value >= least) return value;
      return this.#wrong(node, key, `a whole number, ${least} or more`);
    }
    if (flag.type === "text" && node.type === "scalar" && typeof value !== "boolean") {
      const text = this.#aliasOf(node);
      if (text === "") return this.#wrong(node, key, "a text that is not empty");
      if (flag.choices === undefined || flag.choices.includes(text)) return text;
      const meant = nearest(text, flag.choices);
      return this.#wrong(node, key, meant === undefined ? `one of ${flag.choices.join(", ")}` : `${meant}, perhaps`);
    }
    if (flag.type === "list") return this.#list(key, node);
    return this.#wrong(node, key, TYPES[flag.type]);
  }

  #list(key: string, node: Node): string[] | undefined {
    const items = node.type === "list" ? node.items : [node];
    const texts: string[] = [];
    for (const item of items) {
      if (item.type === "scalar" && item.value !== null && item.value !== "" && typeof item.value !== "boolean") {
        texts.push(this.#aliasOf(item));
      } else return this.#wrong(item, key, TYPES.list);
    }
    return texts;
  }

  /** `env` as a map: a variable without a value has that of the environment. */
  #variables(map: MapNode): string[] | undefined {
    const texts: string[] = [];
    for (const [name, { node }] of map.entries) {
      if (node.type !== "scalar") return this.#wrong(node, `env.${name}`, "a text");
      texts.push(isNothing(node) ? name : `${name}=${this.#aliasOf(node)}`);
    }
    return texts;
  }

  #readKinds(node: Node): ConfiguredKind[] | undefined {
    const items = node.type === "list" ? node.items : [node];
    const kinds: ConfiguredKind[] = [];
    for (const item of items) {
      if (typeof item.value !== "string") return this.#wrong(item, "kinds", "a list of names of kinds");
      const { line, column } = this.#lines.locate(item.start);
      kinds.push({ name: item.value, position: `${this.#file}:${line}:${column}` });
    }
    return kinds;
  }

  /** A scalar as it is written, before it was taken for a number or the like. */
  #aliasOf({ value, event }: ScalarNode): string {
    return typeof value === "string" || event === undefined
      ? String(value)
      : this.#text.slice(event.valueStart, event.valueEnd);
  }

  #unknown(key: string, offset: number): void {
    const known = [...this.#settings.keys(), ...Object.keys(PLURALS), "kinds"];
    const meant = nearest(key, known);
    const hint = meant === undefined
      ? `known settings are ${[...this.#settings.keys(), "kinds"].join(", ")}`
      : undefined;
    this.#tell(offset, `unknown setting ${JSON.stringify(key)}`, hint ?? `did you mean ${JSON.stringify(meant)}?`);
  }

  #wrong(node: Node, key: string, wanted: string): undefined {
    const found = node.type === "scalar" ? JSON.stringify(node.value) : `a ${node.type}`;
    this.#tell(node.start, `${key} is ${found}`, `it has to be ${wanted}`);
  }

  #tell(offset: number, message: string, hint?: string): void {
    const position = { file: this.#file, ...this.#lines.locate(offset) };
    this.#diagnostics.push({ location: { position }, message, ...hint !== undefined && { hint } });
  }
}

/** A key without a value says nothing. */
function isNothing(node: Node): boolean {
  return node.type === "scalar" && node.value === null;
}
