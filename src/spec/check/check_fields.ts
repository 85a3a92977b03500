import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { edited, valueAt } from "../model/at_path.ts";
import { withoutDefaultName } from "../model/default_name.ts";
import { type Diagnostic, pathOf, prefixPath } from "../model/diagnostic.ts";
import type { KindDescription, SpecCode } from "../model/kind.ts";
import { isVerbatim, mapTexts } from "../model/map_texts.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { sourcePath, writtenName } from "../model/source_path.ts";
import type { Path, SpecDraft } from "../model/spec.ts";
import { readDraft } from "../schema/draft.ts";
import { unknownKind, validate } from "../schema/validate.ts";
import { checkTemplate, mapTemplates } from "../template/map_templates.ts";
import { hasTemplate } from "../template/template.ts";
import { UNREADABLE } from "../yaml/node.ts";
import { type DefinitionOf, expandUses } from "../use/expand_uses.ts";
import type { CheckedSpec, CheckOptions } from "./check.ts";
import { checkData } from "./check_data.ts";

/** A spec whose fields have been checked, or a spec nested in one. */
export interface Unit {
  readonly spec: SpecDraft;
  /** The outermost spec: itself if it is not nested. */
  readonly root: CheckedSpec;
  /** Its path in the outermost spec, by the names in the file, so that positions can be found. */
  readonly at: Path;
  /** Whether it is no node but an entry that holds data. */
  readonly isData?: boolean;
  /** Undefined if the kind is unknown. */
  readonly kind?: KindDescription | undefined;
  /** The validated fields, without those whose template was not evaluated; undefined if any is invalid. */
  readonly fields?: ValueMap | undefined;
  /** The nested specs. */
  readonly inner: readonly Unit[];
}

/** Checks the fields of specs one after another and collects the diagnostics. */
export class FieldChecker {
  readonly diagnostics: Diagnostic[] = [];
  readonly #scheme: Scheme;
  readonly #options: CheckOptions;

  readonly #definitions: (namespace: string) => DefinitionOf;

  constructor(scheme: Scheme, options: CheckOptions, definitions: (namespace: string) => DefinitionOf) {
    this.#definitions = definitions;
    this.#scheme = scheme;
    this.#options = options;
  }

  check(given: CheckedSpec): Unit {
    const root = expandUses(given, this.#scheme, this.#definitions(given.spec.namespace));
    if (root.diagnostics.length > 0) {
      for (const diagnostic of root.diagnostics) this.#report(root, [], diagnostic);
      const kind = this.#scheme.get(given.spec.kind);
      return { root: given, at: [], spec: given.spec, kind, inner: [] };
    }
    return this.#unit(root, [], { ...root.spec, fields: this.#templates(root) });
  }

  /** Returns the fields with templates evaluated; without `evaluate` as they are, and checks only the syntax. */
  #templates(root: CheckedSpec): ValueMap {
    const { spec, source } = root;
    const kind = this.#scheme.get(spec.kind);
    if (kind === undefined) return spec.fields;
    const { evaluate, checkExpression } = this.#options;
    if (evaluate !== undefined) {
      const { fields, diagnostics } = mapTemplates(spec, this.#scheme, evaluate, source);
      this.diagnostics.push(...diagnostics);
      return fields;
    }
    return mapTexts(kind, spec.fields, this.#scheme, (text, path) => {
      if (!hasTemplate(text) || text === UNREADABLE) return text;
      for (const diagnostic of checkTemplate(text, checkExpression)) {
        this.diagnostics.push(report(root, prefixPath(path, diagnostic)));
      }
      return text;
    });
  }

  #unit(root: CheckedSpec, at: Path, spec: SpecDraft): Unit {
    const kind = this.#scheme.get(spec.kind);
    const dataKind = this.#scheme.dataKind(spec.kind);
    if (dataKind !== undefined) {
      for (const diagnostic of checkData(spec, dataKind, at.length > 0)) this.#report(root, at, diagnostic);
      return { root, at, spec, isData: true, inner: [] };
    }
    if (kind === undefined) {
      // a missing kind was reported when the spec was read
      if (spec.kind !== "") this.#report(root, at, unknownKind(spec.kind, this.#scheme));
      return { root, at, spec, inner: [] };
    }
    const fields = this.#fields(root, at, spec, kind);
    return { root, at, spec, kind, fields, inner: this.#inner(root, at, spec, kind) };
  }

  #fields(root: CheckedSpec, at: Path, spec: SpecDraft, kind: KindDescription): ValueMap | undefined {
    const written = (diagnostic: Diagnostic) => sourcePath(spec, this.#scheme, pathOf(diagnostic));
    const isOpen = (diagnostic: Diagnostic) =>
      !diagnostic.location?.key && isTemplate(spec.fields, written(diagnostic), kind);
    const tell = (diagnostic: Diagnostic) =>
      this.#report(root, at, { ...diagnostic, location: { ...diagnostic.location, path: written(diagnostic) } });

    let read = validate(kind, spec.fields);
    if ("diagnostics" in read) {
      const told = read.diagnostics.filter((diagnostic) => !isOpen(diagnostic));
      told.forEach(tell);
      if (told.length > 0) return undefined;
      // the value of a template is unknown: check the rest without these fields
      const rest = edited(
        spec.fields,
        read.diagnostics.map((diagnostic) => ({ path: written(diagnostic), value: undefined })),
      );
      read = validate(kind, rest as ValueMap);
    }
    if ("diagnostics" in read) return undefined;
    kind.check?.(read.fields).filter((diagnostic) => !isOpen(diagnostic)).forEach(tell);
    this.#code(root, at, spec, kind.code?.(read.fields) ?? []);
    return read.fields;
  }

  /** Hands over the code of a spec. */
  #code(root: CheckedSpec, at: Path, spec: SpecDraft, found: readonly SpecCode[]): void {
    for (const { language, code, at: field } of found) {
      const path = [...at, ...sourcePath(spec, this.#scheme, field)];
      this.#options.onCode?.({ language, code, located: (diagnostic) => report(root, prefixPath(path, diagnostic)) });
    }
  }

  #inner(root: CheckedSpec, at: Path, spec: SpecDraft, kind: KindDescription): Unit[] {
    if (kind.nested === undefined) return [];
    const field = writtenName(kind, spec.fields, kind.nested);
    const value = spec.fields[field];
    const items: [Path, Value][] = isList(value)
      ? value.map((item, index) => [[...at, field, index], item])
      : value === undefined
      ? []
      : [[[...at, field], value]];
    const names = new Set<string>();
    return items.flatMap(([path, item], index) =>
      isMap(item) ? this.#innerSpec(root, path, withoutDefaultName(item, index), spec.namespace, names) : []
    );
  }

  #innerSpec(root: CheckedSpec, at: Path, map: ValueMap, namespace: string, names: Set<string>): Unit {
    const { source } = root;
    const { spec, diagnostics } = readDraft(map, { namespace }, (path) => source?.aliasOf?.([...at, ...path]));
    for (const diagnostic of diagnostics) {
      // the schema of the outer kind has reported a missing kind or one that is not a string
      const [first] = pathOf(diagnostic);
      if (first !== undefined && first !== "kind") this.#report(root, at, diagnostic);
    }
    if (spec.namespace !== namespace) {
      const message = `invalid namespace ${show(spec.namespace)}: expected ${show(namespace)}`;
      const hint = "a spec inside another belongs to the same namespace";
      this.#report(root, at, { location: { path: ["namespace"] }, message, hint });
    }
    if (spec.name !== undefined && names.has(spec.name)) {
      this.#report(root, at, {
        location: { path: ["name"] },
        message: `duplicate name ${show(spec.name)} in the same list`,
      });
    } else if (spec.name !== undefined) names.add(spec.name);
    return this.#unit(root, at, spec);
  }

  #report(root: CheckedSpec, at: Path, diagnostic: Diagnostic): void {
    this.diagnostics.push(report(root, prefixPath(at, diagnostic)));
  }
}

function isTemplate(fields: ValueMap, path: Path, kind: KindDescription): boolean {
  const value = valueAt(fields, path);
  return typeof value === "string" && (value === UNREADABLE || hasTemplate(value) && !isVerbatim(kind, path));
}
