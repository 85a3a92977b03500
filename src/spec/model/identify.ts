import { isList, isMap, type Value } from "../../value/mod.ts";
import type { Spec, SpecDraft } from "./spec.ts";
import { uuidOf, uuidv7 } from "./uuid.ts";

/**
 * Gives the spec of every node an id. A spec with an id keeps it. A spec with a name gets the id of the existing spec of that name, or
 * a new UUIDv7. A spec with neither gets a UUIDv8 of its content and its index among specs of equal content, so that
 * reading a file twice gives the same ids. Takes all specs of a change at once.
 *
 * @param existing Returns the id of the existing spec of a name.
 * @returns The specs, in the same order.
 */
export function identify(
  specs: readonly SpecDraft[],
  existing?: (namespace: string, name: string) => string | undefined,
): Spec[] {
  const taken = new Set(specs.flatMap(({ id }) => id ?? []));
  const newest = new Map<string, number>();
  return specs.map((spec) => {
    if (spec.isData) return { ...spec, id: "" };
    if (spec.id !== undefined) return { ...spec, id: spec.id };
    if (spec.name !== undefined) return { ...spec, id: existing?.(spec.namespace, spec.name) ?? uuidv7() };
    const content = contentOf(spec);
    let ordinal = newest.get(content) ?? 0;
    let id: string;
    do id = uuidOf(`${content}#${ordinal++}`); while (taken.has(id));
    newest.set(content, ordinal);
    return { ...spec, id };
  });
}

function contentOf({ kind, namespace, meta, env, links, fields }: SpecDraft): string {
  // the ids of specs without a name are made of it: it says `annotations` as it always did
  const content = { kind, namespace, annotations: meta, links: links as unknown as Value, fields };
  return canonical(env === undefined ? content : { ...content, env });
}

/** Returns a string that is the same for equal values and only for them. */
function canonical(value: Value): string {
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (isMap(value)) {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key]!)}`).join(",")}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
}
