import { type Diagnostic, formatDiagnostic, nearest, sortDiagnostics } from "../../spec/model/mod.ts";
import { compose, LineMap, type MapNode, type Node, parseYaml, type ScalarNode } from "../../spec/yaml/mod.ts";
import type { Config, ConfigFile, ConfiguredKind } from "./config.ts";
import { type Flag, type FlagValue, isInRange, oneOf, rangeOf } from "./flag.ts";

/** The plural names of settings, for lists. */
export const PLURALS: Readonly<Record<string, string>> = {
  extensions: "extension",
  dependencies: "dependency",
  files: "file",
  "env-files": "env-file",
};

const TYPES: Readonly<Record<Flag["type"], string>> = {
  boolean: "true or false",
  string: "a string",
  number: "a whole number",
  list: "a string or a list of strings",
};

/**
 * Parses weft.yaml: a map of flag names to values, the list of `kinds`, and the map of `environments` to more such maps.
 *
 * @param settings The flags that may be set.
 * @throws {Error} Every error in the file, one per line, as `file:line:column: message; hint`.
 */
export function parseConfig(text: string, file: string, settings: readonly Flag[]): ConfigFile {
  return new Parser(text.startsWith("\ufeff") ? text.slice(1) : text, file, settings).parse();
}

class Parser {
  readonly #text: string;
  readonly #file: string;
  readonly #lines: LineMap;
  readonly #settings: ReadonlyMap<string, Flag>;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #extensions = new Map<string, string>();

  constructor(text: string, file: string, settings: readonly Flag[]) {
    this.#text = text;
    this.#file = file;
    this.#lines = new LineMap(text);
    this.#settings = new Map(settings.map((flag) => [flag.name, flag]));
  }

  parse(): ConfigFile {
    const { events, diagnostics } = parseYaml(this.#text);
    const composed = compose(this.#text, this.#lines, events);
    for (const { location, message, hint } of [...diagnostics, ...composed.diagnostics]) {
      this.#report(location?.offset ?? 0, message, hint);
    }
    const [root, second] = composed.roots;
    if (second !== undefined) {
      this.#report(second.start, "unexpected second document: expected a single map of settings");
    }
    const environments = new Map<string, Config>();
    let config: Config = { flags: {} };
    if (root?.type === "map") config = this.#parseMap(root, environments);
    else if (root !== undefined && root.value !== null) {
      this.#report(root.start, "invalid settings: expected a map such as namespace: shop");
    }
    if (this.#diagnostics.length > 0) {
      throw new Error(sortDiagnostics(this.#diagnostics).map(formatDiagnostic).join("\n"));
    }
    return {
      ...config,
      ...this.#extensions.size > 0 && { extensions: this.#extensions },
      ...environments.size > 0 && { environments },
    };
  }

  /** @param environments Takes those in the map. Undefined for the map of one. */
  #parseMap(root: MapNode, environments?: Map<string, Config>): Config {
    const flags: Record<string, FlagValue> = {};
    let kinds: ConfiguredKind[] | undefined;
    for (const [key, { keyStart, node }] of root.entries) {
      const name = PLURALS[key] ?? key;
      const flag = this.#settings.get(name);
      if (key === "environments" && environments !== undefined) this.#parseEnvironments(node, environments);
      else if (key !== "kinds" && flag === undefined) this.#reportUnknown(key, keyStart, environments !== undefined);
      else if (Object.hasOwn(flags, name)) {
        const plural = Object.keys(PLURALS).find((plural) => PLURALS[plural] === name)!;
        this.#report(keyStart, `duplicate setting ${JSON.stringify(key)}: expected either ${name} or ${plural}`);
      } else if (isEmpty(node)) continue;
      else if (flag === undefined) kinds = this.#parseKinds(node);
      else {
        const value = name === "env" && node.type === "map" ? this.#parseEnv(node) : this.#parseValue(flag, key, node);
        if (value !== undefined) flags[name] = value;
      }
    }
    return { flags, ...kinds !== undefined && { kinds } };
  }

  #parseEnvironments(node: Node, environments: Map<string, Config>): void {
    if (isEmpty(node)) return;
    if (node.type !== "map") {
      this.#reportInvalid(node, "environments", "a map from names to settings");
      return;
    }
    for (const [name, { node: settings }] of node.entries) {
      if (settings.type === "map") environments.set(name, this.#parseMap(settings));
      else if (isEmpty(settings)) environments.set(name, { flags: {} });
      else this.#reportInvalid(settings, `environments.${name}`, "a map of settings");
    }
  }

  #parseValue(flag: Flag, key: string, node: Node): FlagValue | undefined {
    const { value } = node;
    if (flag.type === "boolean" && typeof value === "boolean") return value;
    if (flag.type === "number" && typeof value === "number") {
      return isInRange(flag, value) ? value : this.#reportInvalid(node, key, rangeOf(flag));
    }
    if (flag.type === "string" && node.type === "scalar" && typeof value !== "boolean") {
      const text = this.#sourceOf(node);
      if (text === "") return this.#reportInvalid(node, key, "a non-empty string");
      if (flag.choices !== undefined && !flag.choices.includes(text)) {
        return this.#reportInvalid(node, key, oneOf(flag.choices));
      }
      const expected = flag.expected?.(text);
      if (expected === undefined) return text;
      this.#report(node.start, `invalid ${key} ${JSON.stringify(text)}: ${expected}`);
      return undefined;
    }
    if (flag.type === "list") return this.#parseList(key, node);
    return this.#reportInvalid(node, key, TYPES[flag.type]);
  }

  #parseList(key: string, node: Node): string[] | undefined {
    const strings: string[] = [];
    for (const item of itemsOf(node)) {
      const isString = item.type === "scalar" && item.value !== null && item.value !== "" &&
        typeof item.value !== "boolean";
      if (!isString) return this.#reportInvalid(item, key, TYPES.list);
      const text = this.#sourceOf(item);
      strings.push(text);
      if (key === "extension" || PLURALS[key] === "extension") this.#extensions.set(text, this.#positionOf(item));
    }
    return strings;
  }

  /** Parses `env` written as a map; a variable without a value is taken from the environment. */
  #parseEnv(map: MapNode): string[] | undefined {
    const strings: string[] = [];
    for (const [name, { node }] of map.entries) {
      if (node.type !== "scalar") return this.#reportInvalid(node, `env.${name}`, TYPES.string);
      strings.push(isEmpty(node) ? name : `${name}=${this.#sourceOf(node)}`);
    }
    return strings;
  }

  #parseKinds(node: Node): ConfiguredKind[] | undefined {
    const kinds: ConfiguredKind[] = [];
    for (const item of itemsOf(node)) {
      if (typeof item.value !== "string") return this.#reportInvalid(item, "kinds", "a list of kind names");
      kinds.push({ name: item.value, position: this.#positionOf(item) });
    }
    return kinds;
  }

  #positionOf({ start }: Node): string {
    const { line, column } = this.#lines.locate(start);
    return `${this.#file}:${line}:${column}`;
  }

  /** Returns a scalar as written in the file, so that `0080` stays `0080`. */
  #sourceOf({ value, event }: ScalarNode): string {
    return typeof value === "string" || event === undefined
      ? String(value)
      : this.#text.slice(event.valueStart, event.valueEnd);
  }

  #reportUnknown(key: string, offset: number, isTop: boolean): void {
    const known = [...this.#settings.keys(), "kinds", ...isTop ? ["environments"] : []];
    const meant = nearest(key, [...known, ...Object.keys(PLURALS)]);
    const hint = meant === undefined
      ? `known settings are ${known.join(", ")}`
      : `did you mean ${JSON.stringify(meant)}?`;
    this.#report(offset, `unknown setting ${JSON.stringify(key)}`, hint);
  }

  #reportInvalid(node: Node, key: string, expected: string): undefined {
    const message = node.type === "scalar"
      ? `invalid ${key} ${JSON.stringify(node.value)}: expected ${expected}`
      : `invalid ${key}: expected ${expected}, got a ${node.type}`;
    this.#report(node.start, message);
  }

  #report(offset: number, message: string, hint?: string): void {
    const position = { file: this.#file, ...this.#lines.locate(offset) };
    this.#diagnostics.push({ location: { position }, message, ...hint !== undefined && { hint } });
  }
}

function itemsOf(node: Node): readonly Node[] {
  return node.type === "list" ? node.items : [node];
}

/** Reports whether a key has no value, which counts as an absent setting. */
function isEmpty(node: Node): boolean {
  return node.type === "scalar" && node.value === null;
}
