import {
  binaryTag,
  boolCoreTag,
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  floatCoreTag,
  intCoreTag,
  mapTag,
  mergeTag,
  nullCoreTag,
  omapTag,
  pairsTag,
  type ScalarTagDefinition,
  type Schema,
  timestampTag,
} from "js-yaml";

/**
 * What untagged scalars mean, in spec files and in snippets alike: the core schema of YAML 1.2. `017` is 17, `0o17` is 15,
 * and `1_000`, `yes` and `2001-01-23` are strings.
 */
export const IMPLICIT_TAGS: readonly ScalarTagDefinition<null | boolean | number>[] = [
  nullCoreTag,
  boolCoreTag,
  intCoreTag,
  floatCoreTag,
];

// a set is a map from its members to null
const setTag = defineMappingTag<Record<string, unknown>>("tag:yaml.org,2002:set", {
  create: mapTag.create,
  has: mapTag.has,
  keys: mapTag.keys,
  get: mapTag.get,
  identify: () => false,
  addPair: (set, key, value) => value === null ? mapTag.addPair(set, key, value) : "a member of a set has a value",
});

/** The schema of values, beside which a tag may ask for bytes, a date, a set or a list of pairs. */
export const VALUE_SCHEMA: Schema = CORE_SCHEMA.withTags(
  ...IMPLICIT_TAGS,
  mergeTag,
  binaryTag,
  defineScalarTag<Date>(timestampTag.tagName, {
    resolve: (source) => timestampTag.resolve(source, true, timestampTag.tagName) as Date,
    identify: () => false,
  }),
  omapTag,
  pairsTag,
  setTag,
);
