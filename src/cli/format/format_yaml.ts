import {
  Lexer,
  parseAllDocuments,
  type ParsedNode,
  Parser,
  type Scalar,
  type ScalarTag,
  type Tags,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

/** How long a map or list on one line may be, in characters. */
const WIDTH = 120;
const STRING = "tag:yaml.org,2002:str";

/** Strings that are no strings without quotes, in one version of YAML or another. */
const RESERVED = new Set(["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"]);
/** Strings that need no quotes anywhere. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*$/;

/**
 * Formats YAML: two spaces a level, one before a comment and within braces, quotes only where they are needed, double ones
 * where either would do. Comments, blank lines, the order of keys, anchors and the text of every scalar stay.
 *
 * @throws {Error} If it is no YAML, or a comment would be lost.
 */
export function formatYaml(text: string): string {
  // no scalar is anything but a string here, so that each is written as it was
  const documents = parseAllDocuments<ParsedNode>(text, {
    schema: "failsafe",
    customTags: (tags) => tags.map(customized) as Tags,
    keepSourceTokens: true,
    uniqueKeys: false,
    logLevel: "silent",
  });
  if (!Array.isArray(documents)) return text;
  for (const { errors: [error] } of documents) if (error !== undefined) throw error;
  const options = { lineWidth: WIDTH, indent: 2, indentSeq: true, flowCollectionPadding: true } as const;
  const formatted = documents.map((document) => document.toString(options)).join("");
  if (commentsIn(formatted).join("\n") !== commentsIn(text).join("\n")) throw new Error("a comment would be lost");
  return formatted;
}

/** The part of a scalar's source that is used here. */
interface SourceToken {
  readonly type: string;
  readonly source: string;
  readonly props?: readonly { readonly type: string; readonly source: string }[];
}

type Stringify = NonNullable<ScalarTag["stringify"]>;

/** What of a context of the library is used here. */
type Context = Parameters<Stringify>[1] & { readonly flowCollectionPadding: string };

/** Returns a tag whose values are written as they are here: `[a, b]`, `{ a: b }`. */
function customized(tag: Tags[number]): Tags[number] {
  if (typeof tag === "string") return tag;
  if (tag.tag === STRING) return { ...tag as ScalarTag, stringify: stringifier(tag as { stringify: Stringify }) };
  const flowCollectionPadding = tag.collection === "map" ? " " : "";
  return {
    ...tag,
    stringify: (item: YAMLMap | YAMLSeq, context: Context, onComment?: () => void, onChompKeep?: () => void) =>
      item.toString({ ...context, flowCollectionPadding } as never, onComment as never, onChompKeep as never),
  } as Tags[number];
}

function stringifier({ stringify }: { stringify: Stringify }): Stringify {
  return (item, context, onComment, onChompKeep) => {
    const { source, type, value } = item as Scalar<string>;
    const token = (item as { srcToken?: SourceToken }).srcToken;
    const indent = context.indent === "" ? "  " : context.indent;
    if (token === undefined) return stringify(item, context, onComment, onChompKeep);
    if (type === "BLOCK_FOLDED") return folded(token, indent) ?? stringify(item, context, onComment, onChompKeep);
    if (type === "BLOCK_LITERAL") return stringify(item, context, onComment, onChompKeep);
    if (token.source.includes("\n")) return continued(token.source, indent);
    if (type === "PLAIN") return source === "" ? "" : token.source;
    return requoted(token.source, value);
  };
}

/** Returns a folded block with its lines as they are; undefined if its header says more than `>` or `>-`. */
function folded({ source, props = [] }: SourceToken, indent: string): string | undefined {
  const header = props.find(({ type }) => type === "block-scalar-header")?.source;
  if (header !== ">" && header !== ">-") return undefined;
  const lines = source.replace(/\n+$/, "").split("\n");
  const depths = lines.filter(isText).map((line) => line.length - line.trimStart().length);
  const cut = Math.min(...depths);
  return [header, ...lines.map((line) => isText(line) ? indent + line.slice(cut) : "")].join("\n");
}

/** Returns a scalar of several lines, the space at whose ends means nothing. */
function continued(source: string, indent: string): string {
  const [first, ...rest] = source.split("\n");
  return [first!.trimEnd(), ...rest.map((line) => isText(line) ? indent + line.trim() : "")].join("\n");
}

function requoted(source: string, value: string): string {
  if (PLAIN.test(value) && !RESERVED.has(value.toLowerCase())) return value;
  return source.startsWith("'") && !/["\\]/.test(value) ? `"${value}"` : source;
}

function isText(line: string): boolean {
  return line.trim() !== "";
}

/** Returns the comments of a text, in their order. */
function commentsIn(text: string): string[] {
  const comments: string[] = [];
  // a comment is a token of its own, except behind the header of a block
  const visit = (token: unknown): void => {
    if (Array.isArray(token)) token.forEach(visit);
    else if (typeof token === "object" && token !== null) {
      const { type, source } = token as { type?: string; source?: string };
      if (type === "comment") comments.push(source!.trimEnd());
      else Object.values(token).forEach(visit);
    }
  };
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) for (const token of parser.next(lexeme)) visit(token);
  for (const token of parser.end()) visit(token);
  return comments;
}
