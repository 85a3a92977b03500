import { failure, isError, kindOf, type Value } from "../../value/mod.ts";
import { valueText } from "../value_text.ts";

/** A verb of a format: flags, width, precision and letter, as in C and Go. */
const VERB = /%([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%]?)/g;

/** How long a text of one value may get, and how wide a field may be, in characters. */
const LENGTH = 1_000_000;
const WIDEST = 1_000;

/**
 * Returns a text with values in the places of its verbs: `%v` and `%s` any value, `%q` quoted, `%d` a whole number, `%f`,
 * `%e` and `%g` a number, `%x` hexadecimal, `%b` binary, `%o` octal, `%c` a character, `%t` true or false, `%%` a percent sign.
 *
 * @throws {Error} If there are more or fewer values than verbs, or one does not fit its verb.
 */
export function formatText(format: string, values: readonly Value[]): string {
  let used = 0;
  const text = format.replace(VERB, (verb, flags: string, width?: string, precision?: string, letter?: string) => {
    if (letter === "%") return "%";
    if (!letter || !LETTERS.includes(letter)) throw invalid(`unknown verb ${verb}`);
    if (used >= values.length) throw invalid(`${verb} of ${JSON.stringify(format)} has no value`);
    const shown = show(verb, letter, flags, precision === undefined ? undefined : Number(precision), values[used++]!);
    return padded(shown, flags, Math.min(Number(width ?? 0), WIDEST), letter);
  });
  if (used < values.length) throw invalid(`${JSON.stringify(format)} has ${used} verbs for ${values.length} values`);
  return text;
}

const LETTERS = "vsqdfFeEgGxXbotc";

function show(verb: string, letter: string, flags: string, precision: number | undefined, value: Value): string {
  const sign = (number: number | bigint, text: string) => number < 0 ? text : flags.includes("+") ? `+${text}` : text;
  switch (letter) {
    case "v":
    case "s":
      return valueText(value, precision ?? LENGTH);
    case "q":
      return JSON.stringify(valueText(value, LENGTH));
    case "t":
      if (typeof value !== "boolean") throw mismatch(verb, "true or false", value);
      return String(value);
    case "x":
    case "X": {
      const text = hexadecimal(verb, value);
      return letter === "X" ? text.toUpperCase() : text;
    }
    case "d":
    case "b":
    case "o":
    case "c": {
      const number = whole(verb, value);
      if (letter === "c") return String.fromCodePoint(Number(number));
      return sign(number, number.toString(letter === "d" ? 10 : letter === "b" ? 2 : 8));
    }
  }
  if (typeof value !== "number" && typeof value !== "bigint") throw mismatch(verb, "a number", value);
  const number = Number(value);
  const digits = Math.min(precision ?? 6, 100);
  const text = letter === "g" || letter === "G"
    ? precision === undefined ? String(number) : String(Number(number.toPrecision(Math.max(digits, 1))))
    : letter === "f" || letter === "F"
    ? number.toFixed(digits)
    : number.toExponential(digits);
  return sign(number, letter === "E" || letter === "G" ? text.toUpperCase() : text);
}

function hexadecimal(verb: string, value: Value): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return bytes instanceof Uint8Array ? bytes.toHex() : whole(verb, value).toString(16);
}

function whole(verb: string, value: Value): number | bigint {
  if (typeof value === "bigint" || typeof value === "number" && Number.isInteger(value)) return value;
  throw mismatch(verb, "a whole number", value);
}

function padded(text: string, flags: string, width: number, letter: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || "vsqtc".includes(letter)) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function mismatch(verb: string, expected: string, value: Value): Error {
  return isError(value) ? value : invalid(`${verb} expects ${expected}, got ${kindOf(value)}`);
}

function invalid(why: string): Error {
  return failure(`invalid payload of print: ${why}`, { code: "invalid_payload" });
}
