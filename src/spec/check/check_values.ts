import { isList, isMap, type Value } from "../../value/mod.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { report } from "../model/report.ts";
import { type Path, VALUE_KIND } from "../model/spec.ts";
import { secretReferences, withSecrets } from "../env/secret_references.ts";
import { OpenTemplate, type ValueSource } from "../template/map_templates.ts";
import type { CheckedSpec, CheckOptions } from "./check.ts";
import type { Definitions } from "./definitions.ts";

/** Returns the values of a namespace that a change and what was there before it have. Secrets that are not known are open. */
export function valuesIn(namespace: string, definitions: Definitions, options: CheckOptions): ValueSource {
  const find = definitions.of(namespace);
  const secret = (reference: string) => {
    const known = options.secret?.(reference);
    if (known === undefined) throw new OpenTemplate(`${reference} is not known here`);
    return known;
  };
  return {
    value(nameOrId) {
      const found = find(nameOrId)?.spec;
      if (found?.kind === VALUE_KIND) return withSecrets({ data: found.fields.data ?? null }, secret) as { data: null };
      // where files were not read in full it may be in those
      return options.incomplete === true ? UNREAD : undefined;
    },
    names: () => definitions.valueNames(namespace),
    kindOf: (name) => find(name)?.spec.kind,
    secret,
  };
}

const UNREAD = {
  get data(): never {
    throw new OpenTemplate("the value was not read");
  },
};

/** Returns warnings of the secrets in the data of an entry that are not known. */
export function checkSecrets(checked: CheckedSpec, { secret }: CheckOptions): Diagnostic[] {
  const { spec } = checked;
  if (secret === undefined || !spec.isData) return [];
  const data = spec.fields.data ?? null;
  const missing = [...secretReferences(data)].filter((reference) => {
    return reference.startsWith("env:") && secret(reference) === undefined;
  });
  return missing.map((reference) => {
    const name = reference.slice("env:".length);
    return report(checked, {
      location: { path: ["data", ...pathTo(reference, data)!] },
      message: `the variable ${name} of ${reference} is not set`,
      hint: `start --env ${name} grants it`,
      severity: "warning",
    });
  });
}

/** Returns where a string stands in data first. */
function pathTo(text: string, data: Value): Path | undefined {
  if (data === text) return [];
  if (!isList(data) && !isMap(data)) return undefined;
  for (const [key, item] of Object.entries(data)) {
    const path = pathTo(text, item);
    if (path !== undefined) return [isList(data) ? Number(key) : key, ...path];
  }
  return undefined;
}
