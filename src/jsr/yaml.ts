/**
 * The part of `@std/yaml` that this project uses, on top of `js-yaml`, with the default schema of the real package.
 * `deno.jsr.json` binds the same name to that package.
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

// integers of YAML 1.1: with underscores, and octal with a leading 0
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

// a set is a map from its members to null
const setTag = defineMappingTag<Record<string, unknown>>("tag:yaml.org,2002:set", {
  create: mapTag.create,
  has: mapTag.has,
  keys: mapTag.keys,
  get: mapTag.get,
  identify: () => false,
  addPair: (set, key, value) => value === null ? mapTag.addPair(set, key, value) : "a member of a set has a value",
});

const SCHEMA = CORE_SCHEMA.withTags(intTag, timestampTag, mergeTag, binaryTag, omapTag, pairsTag, setTag);

/** A position in a string: line and column from 1, offset from 0. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A syntax error with its position. */
export class YamlSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  /** The line with a mark under the position. */
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

/** Options of `parse` and `parseAll`. */
export interface ParseOptions {
  /** Whether the last of duplicate keys wins, instead of an error. Default false. */
  allowDuplicateKeys?: boolean;
}

/**
 * Parses a YAML document.
 *
 * @returns Its value; null if it is empty.
 * @throws {YamlSyntaxError} If the content is not valid YAML, or has several documents.
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
 * Parses all documents of a YAML stream.
 *
 * @throws {YamlSyntaxError} If the content is not valid YAML.
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

/** Returns the offset of the content of the second document. */
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

/** Options of `stringify`. */
export type StringifyOptions = {
  /** Spaces per level. Default 2. */
  indent?: number;
  /** Whether to indent the items of a list below its key. Default true. */
  arrayIndent?: boolean;
  /** Whether to omit values that YAML cannot represent, instead of an error. Default false. */
  skipInvalid?: boolean;
  /** The level from which lists and maps are written in one line. Default -1: never. */
  flowLevel?: number;
  /** Whether to sort keys. Default false. */
  sortKeys?: boolean;
  /** The line width for folding strings; -1: never. Default 80. */
  lineWidth?: number;
  /** Whether to write an alias for an object that occurs again. Default true. */
  useAnchors?: boolean;
};

/**
 * Converts a value to YAML.
 *
 * @throws {TypeError} If YAML cannot represent the value, such as a function.
 */
export function stringify(data: unknown, options: StringifyOptions = {}): string {
  const { arrayIndent = true, useAnchors = true, ...rest } = options;
  try {
    return dump(data, { ...rest, seqNoIndent: !arrayIndent, noRefs: !useAnchors });
  } catch (error) {
    throw error instanceof YAMLException ? new TypeError(error.reason) : error;
  }
}
