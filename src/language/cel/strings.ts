import type { Environment } from "cel-js";
import { define, defineForDoubles, defineNamespace, limitSize, whole, within } from "./define.ts";
import { type Library, replaceFunction } from "./library.ts";

type Index = bigint | number;

/** Characters that Go's `strings.TrimSpace` removes. */
const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const TRIM = new RegExp(`^${SPACE}|${SPACE}$`, "g");

/** Registers the string functions of cel-go that the library lacks or has for ints only. Indexes count code points. */
export function registerStrings(environment: Environment, largest: number): void {
  const replace = (text: string, old: string, by: string, count: Index = -1): string => {
    const most = whole(count, "count");
    const parts = old === "" ? ["", ...text, ""] : text.split(old);
    const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
    limitSize(text.length + times * Math.max(0, by.length - old.length), largest, "replace");
    return parts.slice(0, times + 1).join(by) + parts.slice(times + 1).map((part) => old + part).join("");
  };
  define(environment, "string.replace(string, string): string", replace);
  define(environment, "string.replace(string, string, int): string", replace);
  define(environment, "string.charAt(int): string", (text: string, at: Index) => {
    const characters = charactersOf(text);
    return characters[within(at, characters.length, "index of charAt")] ?? "";
  });
  define(environment, "string.reverse(): string", (text: string) => [...text].reverse().join(""));
  defineNamespace(environment, "strings")("quote(string): string", quote);
  defineForDoubles(environment, "string.substring(int): string", substring);
  defineForDoubles(environment, "string.substring(int, int): string", substring);
  defineForDoubles(environment, "string.indexOf(string, int): int", indexOf);
  defineForDoubles(environment, "string.lastIndexOf(string, int): int", lastIndexOf);
  defineForDoubles(environment, "string.split(string, int): list<string>", split);
}

/** Lets the string functions of the library count code points and change the case of ASCII letters only. */
export function correctStrings(library: Library): void {
  replaceFunction(library, "string.lowerAscii(): string", (text: string) => {
    return text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
  });
  replaceFunction(library, "string.upperAscii(): string", (text: string) => {
    return text.replace(/[a-z]+/g, (part) => part.toUpperCase());
  });
  replaceFunction(library, "string.trim(): string", (text: string) => text.replace(TRIM, ""));
  replaceFunction(library, "string.indexOf(string): int", indexOf);
  replaceFunction(library, "string.indexOf(string, int): int", indexOf);
  replaceFunction(library, "string.lastIndexOf(string): int", lastIndexOf);
  replaceFunction(library, "string.lastIndexOf(string, int): int", lastIndexOf);
  replaceFunction(library, "string.substring(int): string", substring);
  replaceFunction(library, "string.substring(int, int): string", substring);
  replaceFunction(library, "string.split(string): list<string>", split);
  replaceFunction(library, "string.split(string, int): list<string>", split);
}

/** Returns something that has the code points of a string by index: the string itself if each is one UTF-16 unit. */
function charactersOf(text: string): string | string[] {
  return /[\ud800-\udfff]/.test(text) ? [...text] : text;
}

function substring(text: string, start: Index, end?: Index): string {
  const characters = charactersOf(text);
  const to = within(end ?? characters.length, characters.length, "end of substring");
  const part = characters.slice(within(start, to, "start of substring"), to);
  return typeof part === "string" ? part : part.join("");
}

function indexOf(text: string, part: string, start: Index = 0): bigint {
  const characters = charactersOf(text);
  const from = within(start, characters.length, "start of indexOf");
  if (typeof characters === "string") return BigInt(text.indexOf(part, from));
  return BigInt(codePoints(text, text.indexOf(part, units(characters, from))));
}

function lastIndexOf(text: string, part: string, start?: Index): bigint {
  const characters = charactersOf(text);
  const from = within(start ?? characters.length, characters.length, "start of lastIndexOf");
  if (typeof characters === "string") return BigInt(text.lastIndexOf(part, from));
  return BigInt(codePoints(text, text.lastIndexOf(part, units(characters, from))));
}

/** Converts an index of code points to one of UTF-16 units. */
function units(characters: string[], index: number): number {
  return characters.slice(0, index).reduce((sum, { length }) => sum + length, 0);
}

/** Converts an index of UTF-16 units to one of code points. Keeps -1. */
function codePoints(text: string, index: number): number {
  return index < 0 ? index : [...text.slice(0, index)].length;
}

function split(text: string, by: string, most: Index = -1): string[] {
  const count = whole(most, "count");
  if (count === 0) return [];
  const parts = by === "" ? [...text] : text.split(by);
  return count < 0 || parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)];
}

const ESCAPES: Record<string, string> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

function quote(text: string): string {
  // deno-lint-ignore no-control-regex -- characters that are escaped
  return `"${text.toWellFormed().replace(/[\x07-\r"\\]/g, (character) => ESCAPES[character]!)}"`;
}
