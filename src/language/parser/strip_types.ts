import { transformSync } from "amaro";
import { codeError, offsetOf } from "../code_error.ts";

/**
 * Maximum length of code in characters: the parser of TypeScript needs cubic time for odd code, and its memory is counted
 * by nobody.
 */
const LONGEST = 256 * 1024;

/** The error of code that has overflowed the stack of the parser of TypeScript, which fails every call from then on. */
export class StripperTrap extends Error {
  override name = "StripperTrap";
}

/** What the parser throws for code that it cannot strip. */
interface Refusal {
  readonly message: string;
  /** From 1. */
  readonly startLine: number;
  /** From 0, in columns of a terminal: a tab counts 4, a wide character 2. */
  readonly startColumn: number;
}

/**
 * Removes the types from TypeScript. All remaining code keeps its line and column.
 *
 * @throws {CodeError} If the code is invalid, or has types that do more than describe.
 * @throws {StripperTrap} If the parser has ended.
 */
export function stripTypes(code: string): string {
  if (code.length > LONGEST) throw codeError(`the code exceeds ${LONGEST} characters`, 0);
  const stripped = strip(code);
  if (typeof stripped === "string") return stripped;
  const [, unsupported] = /^(.*) in strip-only mode$/s.exec(stripped.message) ?? [];
  const offset = offsetIn(code, stripped);
  if (unsupported === undefined) throw codeError(sentence(stripped.message), offset);
  throw codeError(unsupported, offset, "types are removed, not compiled: use the JavaScript equivalent");
}

function strip(code: string): string | Refusal {
  try {
    return transformSync(code, { mode: "strip-only" }).code;
  } catch (error) {
    if (typeof error === "object" && error !== null && "startLine" in error) return error as Refusal;
    throw new StripperTrap("the parser of TypeScript has ended", { cause: error });
  }
}

/** Returns where the parser refused code. Where columns are not characters, it is asked again about code where they are. */
function offsetIn(code: string, refusal: Refusal): number {
  // deno-lint-ignore no-control-regex -- the characters that a terminal shows in one column
  const narrow = code.replace(/[^\x00-\x7f\s]/g, "a").replace(/[^\S\n\r\u2028\u2029]/g, " ");
  const again = narrow === code ? refusal : strip(narrow);
  const { startLine, startColumn } = typeof again !== "string" && again.message === refusal.message ? again : refusal;
  return offsetOf(code, startLine, startColumn + 1, /\r\n|\n/g);
}

/** Returns a message of the parser as the part of a sentence that follows a position. */
function sentence(message: string): string {
  const [, token] = /^Unexpected token `(.*?)`\. Expected/s.exec(message) ?? [];
  if (token !== undefined) return `unexpected ${JSON.stringify(token)}`;
  const plain = message.replace(/'<eof>'/, "the end of the code").replace(
    /'([^']+)'/g,
    (_, text) => JSON.stringify(text),
  );
  return plain.charAt(0).toLowerCase() + plain.slice(1).replace(/\.$/, "");
}
