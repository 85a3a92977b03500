import type { Value } from "../../value/mod.ts";
import { literalSecrets } from "../env/literal_secrets.ts";
import { type Diagnostic, pathOf, prefixPath } from "../model/diagnostic.ts";
import type { DataKind } from "../model/data_kind.ts";
import { show } from "../model/show.ts";
import type { Path, SpecDraft } from "../model/spec.ts";
import { coerce } from "../schema/coerce.ts";
import { diagnosticsOf, unknownField } from "../schema/issue.ts";

/** The fields of an entry that holds data. */
const FIELDS = ["kind", "namespace", "name", "meta", "annotations", "data"];

/**
 * Checks an entry that holds data: it has a name, data that its kind accepts, and nothing that only a node has.
 *
 * @param isInner Whether it stands inside another spec.
 * @param isDefinition Whether its data is a definition of nodes.
 */
export function checkData(spec: SpecDraft, kind: DataKind, isInner: boolean, isDefinition: boolean): Diagnostic[] {
  if (isInner) {
    const message = `invalid kind ${show(kind.name)}: expected a node, and entries of this kind hold data`;
    return [{ location: { path: ["kind"] }, message }];
  }
  const diagnostics: Diagnostic[] = [];
  if (spec.name === undefined) {
    const message = `missing field "name" of ${kind.name}: expected the name by which the entry is found`;
    diagnostics.push({ location: { path: [] }, message });
  }
  const foreign = Object.keys(spec.fields).filter((key) => key !== "data");
  if (spec.id) foreign.push("id");
  if (spec.env !== undefined) foreign.push("env");
  if (Object.keys(spec.links).length > 0) foreign.push("links");
  diagnostics.push(...foreign.map((key) => unknownField([key], FIELDS, { of: kind.name })));
  const data = spec.fields.data ?? null;
  const read = readData(kind, data);
  const invalid = "data" in read ? [] : read.diagnostics;
  const isTold = (path: Path) => invalid.some((told) => pathOf(told).every((step, index) => path[index] === step));
  const secrets = isDefinition
    ? []
    : literalSecrets(data, ["data"], spec.name).filter((found) => !isTold(pathOf(found)));
  return [...diagnostics, ...invalid, ...secrets];
}

/** Reads the data of an entry by the schema of its kind: as it is to be used, with defaults, or what is wrong with it. */
export function readData(kind: DataKind, value: Value): { data: Value } | { diagnostics: Diagnostic[] } {
  if (kind.data === undefined) return { data: value };
  const read = coerce(kind.data, value);
  if (!("issues" in read)) return { data: read.data as Value };
  const subject = { of: "data", schema: kind.data, value: read.value };
  const found = read.issues.flatMap((issue) => diagnosticsOf(issue, subject));
  return { diagnostics: found.map((diagnostic) => prefixPath(["data"], diagnostic)) };
}
