import {
  boolCoreTag,
  floatCoreTag,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  SCALAR_STYLE,
  type ScalarTagDefinition,
  strTag,
} from "js-yaml";
import type { ScalarNode } from "./node.ts";

type Scalar = ScalarNode["value"];

const PREFIX = "tag:yaml.org,2002:";
const IMPLICIT: readonly ScalarTagDefinition<Scalar>[] = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];
const SCALAR_TAGS = new Map<string, ScalarTagDefinition<Scalar>>(
  [strTag, ...IMPLICIT].map((tag) => [tag.tagName.slice(PREFIX.length), tag]),
);

// most texts begin with a letter that rules every one of them out
const BY_FIRST = new Map<string, ScalarTagDefinition<Scalar>[]>();
for (const tag of IMPLICIT) {
  for (const first of tag.implicitFirstChars ?? []) BY_FIRST.set(first, [...BY_FIRST.get(first) ?? [], tag]);
}

/** The tags that a spec file may use, as a hint names them. */
export const KNOWN_TAGS = "known tags are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq";

/** The short name of a tag as it was written: `str` for `!!str`; the text itself for one that YAML does not define. */
export function tagName(written: string): string {
  if (written === "!") return "str";
  if (written.startsWith("!!")) return written.slice(2);
  return written.startsWith(`!<${PREFIX}`) ? written.slice(PREFIX.length + 2, -1) : written;
}

/** What a scalar without a tag stands for, by the core schema of YAML 1.2. */
export function untaggedValue(text: string, style: number): Scalar {
  if (style !== SCALAR_STYLE.PLAIN) return text;
  for (const tag of BY_FIRST.get(text.charAt(0)) ?? []) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}

/** Whether a tag, by its short name, is one of scalars. */
export function isScalarTag(tag: string): boolean {
  return SCALAR_TAGS.has(tag);
}

/** What a scalar with that tag stands for; `undefined` if it cannot have the tag. */
export function taggedValue(text: string, tag: string): Scalar | undefined {
  const definition = SCALAR_TAGS.get(tag);
  const value = definition?.resolve(text, true, definition.tagName);
  return value === NOT_RESOLVED ? undefined : value;
}
