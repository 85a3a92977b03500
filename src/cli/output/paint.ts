import type { Terminal } from "../options/command.ts";

const CODES = { bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Which lines are shown how; the first that fits. */
const RULES: readonly (readonly [pattern: RegExp, paint: (line: string) => string])[] = [
  // what is wrong in a file
  [/^\S.*?:\d+:\d+: warning: /, (line) => place(line, "yellow")],
  [/^\S.*?:\d+:\d+: /, (line) => place(line, "red")],
  [/^warning: /, (line) => style("yellow", "warning:") + line.slice("warning:".length)],
  // what has changed
  [/^created? \S+ \(.*\)$/, (line) => style("green", line)],
  [/^deleted? \S+ \(.*\)$/, (line) => style("red", line)],
  [/^updated? \S+ \(.*\)$/, (line) => style("cyan", line)],
  [/^ {2,4}\+ /, (line) => style("green", line)],
  [/^ {2,4}- /, (line) => style("red", line)],
  // the header of a table
  [/^[A-Z]{2,}(?: [A-Z]+)*(?: {2,}[A-Z ]+)*$/, (line) => style("bold", line)],
];

/** When output has colors: for people who look on, always, or never. */
export type ColorChoice = "auto" | "always" | "never";

/** Returns a terminal that shows what is wrong and what has changed in colors, where people look on. */
export function painted(terminal: Terminal, choice: ColorChoice = "auto"): Terminal {
  const { colors } = terminal;
  const has = (stream: "out" | "error") => choice === "always" || choice === "auto" && colors?.[stream] === true;
  const print = has("out") ? (line: string) => terminal.print(paint(line)) : terminal.print;
  const warn = has("error") ? (line: string) => terminal.warn(paint(line)) : terminal.warn;
  return { ...terminal, print, warn };
}

/** Returns a line in colors, as what it says asks for. */
export function paint(line: string): string {
  for (const [pattern, show] of RULES) if (pattern.test(line)) return show(line);
  return line;
}

function place(line: string, color: keyof typeof CODES): string {
  const [, at, rest] = /^(.*?:\d+:\d+:)(.*)$/s.exec(line)!;
  return style("bold", at!) + style(color, rest!);
}

function style(name: keyof typeof CODES, text: string): string {
  return `\x1b[${CODES[name]}m${text}\x1b[0m`;
}
