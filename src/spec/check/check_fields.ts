import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { edited, valueAt } from "../model/at_path.ts";
import { type Diagnostic, pathOf, prefixPath } from "../model/diagnostic.ts";
import type { KindDescription } from "../model/kind.ts";
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
import type { CheckedSpec, CheckOptions } from "./check.ts";

/** A spec whose fields have been checked, or one inside of it. */
export interface Unit {
  readonly spec: SpecDraft;
  /** The spec that it is or is in. */
  readonly root: CheckedSpec;
  /** Where it is in that: as the author wrote it, so that its place can be found. */
  readonly at: Path;
  /** Undefined if it is not known. */
  readonly kind?: KindDescription | undefined;
  /** As validated, without those whose value only a template can tell; undefined if something is wrong with them. */
  readonly fields?: ValueMap | undefined;
  /** The specs in it. */
  readonly inner: readonly Unit[];
}

/** Checks the fields of specs, one after another, and collects what is wrong. */
export class FieldChecker {
  readonly diagnostics: Diagnostic[] = [];
  readonly #scheme: Scheme;
  readonly #options: CheckOptions;

  constructor(scheme: Scheme, options: CheckOptions) {
    this.#scheme = scheme;
    this.#options = options;
  }

  check(root: CheckedSpec): Unit {
    return this.#unit(root, [], { ...root.spec, fields: this.#templates(root) });
  }

  /** The fields of a spec with its templates evaluated, if that is wanted; checks their form if not. */
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
    if (kind === undefined) {
      // one without a kind has been reported by whoever read it
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
      // what a template stands for is not known: the rest is checked as if it were not there
      const rest = edited(
        spec.fields,
        read.diagnostics.map((diagnostic) => ({ path: written(diagnostic), value: undefined })),
      );
      read = validate(kind, rest as ValueMap);
    }
    if ("diagnostics" in read) return undefined;
    kind.check?.(read.fields).filter((diagnostic) => !isOpen(diagnostic)).forEach(tell);
    return read.fields;
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
    return items.flatMap(([path, item]) => isMap(item) ? this.#innerSpec(root, path, item, spec.namespace, names) : []);
  }

  #innerSpec(root: CheckedSpec, at: Path, map: ValueMap, namespace: string, names: Set<string>): Unit {
    const { source } = root;
    const { spec, diagnostics } = readDraft(map, { namespace }, (path) => source?.aliasOf?.([...at, ...path]));
    for (const diagnostic of diagnostics) {
      // the schema of the outer kind has told of a kind that is missing or no text
      const [first] = pathOf(diagnostic);
      if (first !== undefined && first !== "kind") this.#report(root, at, diagnostic);
    }
    if (spec.namespace !== namespace) {
      const message = `the namespace is ${show(spec.namespace)}`;
      const hint = `a spec inside another is of its namespace, ${show(namespace)}`;
      this.#report(root, at, { location: { path: ["namespace"] }, message, hint });
    }
    if (spec.name !== undefined && names.has(spec.name)) {
      this.#report(root, at, {
        location: { path: ["name"] },
        message: `the name ${show(spec.name)} is taken in the same list`,
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
