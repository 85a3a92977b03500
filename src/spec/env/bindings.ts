import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { show, showInvalid } from "../model/show.ts";
import type { Path } from "../model/spec.ts";
import { unknownField } from "../schema/issue.ts";

/** What a name of `env` may be bound to: a value, or data of the spec's own. */
export interface Candidate {
  /** Where it stands in the spec. */
  readonly at: Path;
  /** The id of the value; it wins over the name. */
  readonly id?: string;
  /** The name of the value. Data without both is bound itself. */
  readonly name?: string;
  /** What is made of the value's data. Default: the data itself. */
  readonly data?: Value;
  /** Where `data` stands. */
  readonly dataAt: Path;
}

/** The names of an `env` with what they may be bound to, and what is wrong with the rest. */
export interface Bindings {
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  readonly diagnostics: readonly Diagnostic[];
}

const NAME = /^[A-Za-z_]\w*$/;
/** The fields of a binding; `value` is an older name of `data`. */
const FIELDS = ["id", "name", "data", "value"];

/** Reads the field `env` of a spec: from each name to a binding, to data, or to a list of bindings. */
export function readBindings(env: Value): Bindings {
  const candidates = new Map<string, Candidate[]>();
  const diagnostics: Diagnostic[] = [];
  if (!isMap(env)) {
    const expected = "a map from names to bindings such as { name: db, data: '{{ .user }}' }";
    return { candidates, diagnostics: [{ location: { path: ["env"] }, message: showInvalid("env", env, expected) }] };
  }
  for (const key of Object.keys(env)) {
    const at = ["env", key];
    const value = env[key]!;
    if (!NAME.test(key)) {
      const message = `invalid name ${show(key)} in env: expected letters, digits and _, the first no digit`;
      diagnostics.push({ location: { path: at, key: true }, message });
      continue;
    }
    const found: Candidate[] = [];
    const items: [Path, Value][] = isList(value) ? value.map((item, index) => [[...at, index], item]) : [[at, value]];
    if (items.length === 0) {
      const message = `invalid env.${key}: expected a binding or a list of them`;
      diagnostics.push({ location: { path: at }, message });
    }
    for (const [path, item] of items) {
      // plain data stands for itself; a map or a list does so as `data`
      if (!isList(value) && !isMap(item)) found.push({ at: path, data: item, dataAt: path });
      else {
        const read = readCandidate(item, path);
        if ("at" in read) found.push(read);
        else diagnostics.push(...read.diagnostics);
      }
    }
    if (found.length === items.length && found.length > 0) candidates.set(key, found);
  }
  return { candidates, diagnostics };
}

function readCandidate(item: Value, at: Path): Candidate | { diagnostics: Diagnostic[] } {
  const owner = at.slice(1).reduce<string>(
    (path, step) => path + (typeof step === "number" ? `[${step}]` : `.${step}`),
    "env",
  );
  const wrong = (path: Path, message: string, hint?: string): Diagnostic => ({
    location: { path },
    message,
    ...hint !== undefined && { hint },
  });
  if (!isMap(item)) return { diagnostics: [wrong(at, showInvalid(owner, item, "a binding: a map with name or data"))] };
  const diagnostics = Object.keys(item).filter((key) => !FIELDS.includes(key))
    .map((key) => unknownField([...at, key], FIELDS.slice(0, 3), { of: "env" }));
  for (const field of ["id", "name"]) {
    const given = item[field];
    if (given === undefined || typeof given === "string" && given !== "") continue;
    diagnostics.push(wrong([...at, field], showInvalid(`${owner}.${field}`, given, `the ${field} of a value`)));
  }
  const given = ["data", "value"].filter((field) => Object.hasOwn(item, field));
  const [field = "data"] = given;
  if (given.length > 1) {
    diagnostics.push({
      location: { path: [...at, "value"], key: true },
      message: "both data and value are given",
      hint: "they are the same field; give one",
    });
  }
  if (given.length === 0 && item.id === undefined && item.name === undefined && diagnostics.length === 0) {
    diagnostics.push(wrong(at, `invalid ${owner}: expected the name of a value, or data`));
  }
  if (diagnostics.length > 0) return { diagnostics };
  return {
    at,
    ...typeof item.id === "string" && { id: item.id },
    ...typeof item.name === "string" && { name: item.name },
    ...given.length > 0 && { data: item[field]! },
    dataAt: [...at, field],
  };
}

/** Returns an `env` without what could not be read. */
export function readableEnv(env: Value, { candidates }: Bindings): ValueMap | undefined {
  if (!isMap(env)) return undefined;
  return Object.fromEntries(Object.entries(env).filter(([key]) => candidates.has(key)));
}
