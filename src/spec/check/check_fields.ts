import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { edited, valueAt } from "../model/at_path.ts";
import type { Problem } from "../model/diagnostic.ts";
import type { FieldProblem, KindDescription } from "../model/kind.ts";
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
  readonly problems: Problem[] = [];
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
      const { fields, problems } = mapTemplates(spec, this.#scheme, evaluate, source);
      this.problems.push(...problems);
      return fields;
    }
    return mapTexts(kind, spec.fields, this.#scheme, (text, path) => {
      if (!hasTemplate(text) || text === UNREADABLE) return text;
      for (const problem of checkTemplate(text, checkExpression)) {
        this.problems.push(report(root, { path, ...problem }));
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
    const pathOf = ({ path }: FieldProblem) => sourcePath(spec, this.#scheme, path);
    const isOpen = (problem: FieldProblem) => !problem.key && isTemplate(spec.fields, pathOf(problem), kind);
    const tell = (problem: FieldProblem) => this.#report(root, at, { ...problem, path: pathOf(problem) });

    let read = validate(kind, spec.fields);
    if ("problems" in read) {
      const told = read.problems.filter((problem) => !isOpen(problem));
      told.forEach(tell);
      if (told.length > 0) return undefined;
      // what a template stands for is not known: the rest is checked as if it were not there
      const rest = edited(spec.fields, read.problems.map((problem) => ({ path: pathOf(problem), value: undefined })));
      read = validate(kind, rest as ValueMap);
    }
    if ("problems" in read) return undefined;
    kind.check?.(read.fields).filter((problem) => !isOpen(problem)).forEach(tell);
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
    const { spec, problems } = readDraft(map, { namespace }, (path) => source?.aliasOf?.([...at, ...path]));
    for (const problem of problems) {
      // the schema of the outer kind has told of a kind that is missing or no text
      if (problem.path.length > 0 && problem.path[0] !== "kind") this.#report(root, at, problem);
    }
    if (spec.namespace !== namespace) {
      const what = `the namespace is ${show(spec.namespace)}`;
      const hint = `a spec inside another is of its namespace, ${show(namespace)}`;
      this.#report(root, at, { path: ["namespace"], what, hint });
    }
    if (spec.name !== undefined && names.has(spec.name)) {
      this.#report(root, at, { path: ["name"], what: `the name ${show(spec.name)} is taken in the same list` });
    } else if (spec.name !== undefined) names.add(spec.name);
    return this.#unit(root, at, spec);
  }

  #report(root: CheckedSpec, at: Path, problem: FieldProblem): void {
    this.problems.push(report(root, { ...problem, path: [...at, ...problem.path] }));
  }
}

function isTemplate(fields: ValueMap, path: Path, kind: KindDescription): boolean {
  const value = valueAt(fields, path);
  return typeof value === "string" && (value === UNREADABLE || hasTemplate(value) && !isVerbatim(kind, path));
}
