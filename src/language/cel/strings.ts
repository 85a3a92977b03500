import type { Environment } from "cel-js";
import { define, defineForDoubles, defineNamespace, limitSize, whole, within } from "./define.ts";

/** Registers the string functions of cel-go that the library lacks or has for ints only. */
export function registerStrings(environment: Environment, largest: number): void {
  const replace = (text: string, old: string, by: string, count: bigint | number = -1): string => {
    const most = whole(count, "count");
    const parts = old === "" ? ["", ...text, ""] : text.split(old);
    const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
    limitSize(text.length + times * Math.max(0, by.length - old.length), largest, "replace");
    return parts.slice(0, times + 1).join(by) + parts.slice(times + 1).map((part) => old + part).join("");
  };
  define(environment, "string.replace(string, string): string", replace);
  define(environment, "string.replace(string, string, int): string", replace);
  define(environment, "string.charAt(int): string", (text: string, at: bigint | number) => {
    return text.charAt(within(at, text.length, "index of charAt"));
  });
  define(environment, "string.reverse(): string", (text: string) => [...text].reverse().join(""));
  defineNamespace(environment, "strings")(
    "quote(string): string",
    (text: string) => JSON.stringify(text.toWellFormed()),
  );

  const substring = (text: string, start: bigint | number, end: bigint | number = text.length): string => {
    const to = within(end, text.length, "end of substring");
    return text.slice(within(start, to, "start of substring"), to);
  };
  defineForDoubles(environment, "string.substring(int): string", substring);
  defineForDoubles(environment, "string.substring(int, int): string", substring);
  defineForDoubles(environment, "string.indexOf(string, int): int", (text: string, part: string, from: number) => {
    return BigInt(text.indexOf(part, within(from, text.length, "start of indexOf")));
  });
  defineForDoubles(environment, "string.lastIndexOf(string, int): int", (text: string, part: string, from: number) => {
    return BigInt(text.lastIndexOf(part, within(from, text.length, "start of lastIndexOf")));
  });
  defineForDoubles(environment, "string.split(string, int): list<string>", (text: string, by: string, most: number) => {
    const parts = text.split(by);
    const count = whole(most, "count");
    if (count === 0) return [];
    return count < 0 || parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)];
  });
}
