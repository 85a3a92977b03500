import { NOT_RESOLVED, SCALAR_STYLE, type ScalarTagDefinition, strTag } from "js-yaml";
import type { ScalarNode } from "./node.ts";
import { IMPLICIT_TAGS } from "./schema.ts";

type Scalar = ScalarNode["value"];

const PREFIX = "tag:yaml.org,2002:";
const SCALAR_TAGS = new Map<string, ScalarTagDefinition<Scalar>>(
  [strTag, ...IMPLICIT_TAGS].map((tag) => [tag.tagName.slice(PREFIX.length), tag]),
);

// most scalars begin with a letter that rules all of them out
const BY_FIRST = new Map<string, ScalarTagDefinition<Scalar>[]>();
for (const tag of IMPLICIT_TAGS) {
  for (const first of tag.implicitFirstChars ?? []) BY_FIRST.set(first, [...BY_FIRST.get(first) ?? [], tag]);
}

/** The hint that lists the tags a spec file may use. */
export const KNOWN_TAGS = "known tags are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq";

/** Returns the short name of a tag: `str` for `!!str`; other tags as they are. */
export function tagName(written: string): string {
  if (written === "!") return "str";
  if (written.startsWith("!!")) return written.slice(2);
  return written.startsWith(`!<${PREFIX}`) ? written.slice(PREFIX.length + 2, -1) : written;
}

/** Returns the value of an untagged scalar by the core schema of YAML 1.2. */
export function untaggedValue(text: string, style: number): Scalar {
  if (style !== SCALAR_STYLE.PLAIN) return text;
  for (const tag of BY_FIRST.get(text.charAt(0)) ?? []) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}

/** Reports whether a tag, by its short name, is one of scalars. */
export function isScalarTag(tag: string): boolean {
  return SCALAR_TAGS.has(tag);
}

/** Returns the value of a tagged scalar; undefined if it does not fit the tag. */
export function taggedValue(text: string, tag: string): Scalar | undefined {
  const definition = SCALAR_TAGS.get(tag);
  const value = definition?.resolve(text, true, definition.tagName);
  return value === NOT_RESOLVED ? undefined : value;
}
