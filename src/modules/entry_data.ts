import type { DependencyData } from "../kinds/namespace/mod.ts";
import { type Path, readData, type Scheme, type SourcedSpec } from "../spec/mod.ts";
import type { Value } from "../value/mod.ts";
import type { Parameter } from "./fill_requirements.ts";
import type { Scope } from "./scope.ts";

/** Returns the data of a dependency; undefined if it is invalid. */
export function dataOf(spec: SourcedSpec["spec"], scheme: Scheme): DependencyData | undefined {
  return parsed<DependencyData>(spec, scheme);
}

/** Returns the data of an entry, undefined if it is invalid, which is reported where specs are checked. */
export function parsed<Data>(spec: SourcedSpec["spec"], scheme: Scheme): Data | undefined {
  const kind = scheme.dataKind(spec.kind);
  const read = kind && readData(kind, spec.fields.data ?? null);
  return read !== undefined && "data" in read ? read.data as Data : undefined;
}

/** Returns the values that a dependency gives. */
export function parametersOf(
  { source }: SourcedSpec,
  { parameters }: DependencyData,
  scopeAt: (path: Path) => Scope,
): Map<string, Parameter> {
  const pairs: [string, Value, Path][] = Array.isArray(parameters)
    ? parameters.map(({ name, value }, index) => [name, value as Value, ["data", "parameters", index, "value"]])
    : Object.entries(parameters).map(([name, value]) => [name, value as Value, ["data", "parameters", name]]);
  return new Map(pairs.map(([name, value, path]) => [name, { value, path, scope: scopeAt(path), source }]));
}
