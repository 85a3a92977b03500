/**
 * The calls of `@std/yaml` that this project makes, over `js-yaml`. `deno.jsr.json` binds the same name to the real
 * package, whose default schema this one follows.
 */
import {
  binaryTag,
  constructFromEvents,
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  dump,
  type Event,
  EVENT_ID,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  omapTag,
  pairsTag,
  parseEvents,
  timestampTag,
  YAMLException,
} from "js-yaml";

const INTEGER = /^[-+]?(?:0|0b[01_]+|0x[\da-fA-F_]+|0[0-7_]+|[1-9][\d_]*)$/;

// YAML 1.1's integers: with underscores, and octal where they begin with 0
const intTag = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: [..."+-0123456789"],
  resolve: (source) => {
    if (!INTEGER.test(source) || source.endsWith("_")) return NOT_RESOLVED;
    const digits = source.replace(/[-+_]/g, "");
    const value = Number(/^0\d/.test(digits) ? `0o${digits}` : digits);
    return Number.isNaN(value) ? NOT_RESOLVED : source.startsWith("-") && value !== 0 ? -value : value;
  },
  identify: () => false,
});

// a set is a map of its members to null
const setTag = defineMappingTag<Record<string, unknown>>("tag:yaml.org,2002:set", {
  create: mapTag.create,
  has: mapTag.has,
  keys: mapTag.keys,
  get: mapTag.get,
  identify: () => false,
  addPair: (set, key, value) => value === null ? mapTag.addPair(set, key, value) : "a member of a set has a value",
});

const SCHEMA = CORE_SCHEMA.withTags(intTag, timestampTag, mergeTag, binaryTag, omapTag, pairsTag, setTag);

/** A place in a text: line and column from 1, the offset from 0. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Says that a text is not YAML, and where. */
export class YamlSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  /** The line around the place with a mark under it. */
  readonly snippet?: string;

  constructor(message: string, position: YamlPosition, snippet?: string) {
    const where = `${message} at line ${position.line}, column ${position.column}`;
    super(snippet ? `${where}:\n${snippet}` : where);
    this.name = "YamlSyntaxError";
    this.line = position.line;
    this.column = position.column;
    this.offset = position.offset;
    if (snippet !== undefined) this.snippet = snippet;
  }
}

/** How a text is read. */
export interface ParseOptions {
  /** Whether of two equal keys the last counts, instead of being an error. Default false. */
  allowDuplicateKeys?: boolean;
}

/**
 * The value of a YAML document; null of an empty one.
 *
 * @throws {YamlSyntaxError} If the text is not YAML, or more than one document.
 */
export function parse(content: string, options: ParseOptions = {}): unknown {
  const text = withoutMark(content);
  const { events, values } = read(text, options);
  if (values.length > 1) {
    throw syntaxError("expected a single document in the stream, but found more", text, secondDocument(events));
  }
  return values[0] ?? null;
}

/**
 * The values of all documents of a YAML text.
 *
 * @throws {YamlSyntaxError} If the text is not YAML.
 */
export function parseAll(content: string, options: ParseOptions = {}): unknown[] {
  return read(withoutMark(content), options).values;
}

function withoutMark(content: string): string {
  return content.startsWith("\ufeff") ? content.slice(1) : content;
}

function read(text: string, options: ParseOptions): { events: Event[]; values: unknown[] } {
  try {
    const events = parseEvents(text, {});
    const json = options.allowDuplicateKeys ?? false;
    return { events, values: constructFromEvents(events, { source: text, schema: SCHEMA, json }) };
  } catch (error) {
    if (!(error instanceof YAMLException) || error.mark === undefined) throw error;
    throw syntaxError(error.reason, text, error.mark.position);
  }
}

/** Where the content of a second document begins. */
function secondDocument(events: readonly Event[]): number {
  const second = events.findLastIndex(({ type }) => type === EVENT_ID.DOCUMENT);
  const content = events[second + 1] as { start?: number; valueStart?: number } | undefined;
  return Math.max(0, content?.start ?? content?.valueStart ?? 0);
}

function syntaxError(message: string, text: string, offset: number): YamlSyntaxError {
  const before = text.slice(0, offset).split(/\r\n?|\n/);
  const column = before.at(-1)!.length + 1;
  const line = `${before.at(-1)}${/^[^\r\n]*/.exec(text.slice(offset))![0]}`;
  const snippet = text === "" || line.length > 200 ? undefined : `    ${line}\n${" ".repeat(column + 3)}^`;
  return new YamlSyntaxError(message, { line: before.length, column, offset }, snippet);
}

/** How a value is written. */
export type StringifyOptions = {
  /** Spaces a level. Default 2. */
  indent?: number;
  /** Whether the items of a list are a level further in than its key. Default true. */
  arrayIndent?: boolean;
  /** Whether what YAML cannot say is left out, instead of being an error. Default false. */
  skipInvalid?: boolean;
  /** The level from which lists and maps are written in one line. Default -1: none is. */
  flowLevel?: number;
  /** Whether keys are sorted. Default false. */
  sortKeys?: boolean;
  /** Characters after which a text is folded; -1 never. Default 80. */
  lineWidth?: number;
  /** Whether an object that is there twice becomes an alias. Default true. */
  useAnchors?: boolean;
};

/**
 * A value as YAML.
 *
 * @throws {TypeError} If there is something in it that YAML cannot say, a function for one.
 */
export function stringify(data: unknown, options: StringifyOptions = {}): string {
  const { arrayIndent = true, useAnchors = true, ...rest } = options;
  try {
    return dump(data, { ...rest, seqNoIndent: !arrayIndent, noRefs: !useAnchors });
  } catch (error) {
    throw error instanceof YAMLException ? new TypeError(error.reason) : error;
  }
}
