import { stringify } from "@std/yaml";
import type { FieldDescription } from "../../spec/mod.ts";
import type { Explained, ExplainedCode, ExplainedField, ExplainedKind } from "./explain.ts";

/** How long lines are, in characters. */
const WIDTH = 100;

const PLACES: Readonly<Record<string, string>> = {
  executor: "runs on an executor",
  host: "runs on the host",
  any: "runs where its packet is",
  data: "holds data",
};

/** Formats what a word stands for, for people. */
export function explainLines(all: readonly Explained[]): string[] {
  return all.flatMap((one, index) => [...index === 0 ? [] : [""], ...linesOf(one)]);
}

function linesOf(one: Explained): string[] {
  if (one.is === "kind") return kindLines(one);
  return one.is === "code" ? codeLines(one) : fieldLines(one, `${one.of}: `);
}

function kindLines({ name, aliases, place, summary, about, fields, ports, errors, examples }: ExplainedKind): string[] {
  const others = aliases.length === 0 ? "" : `, also called ${aliases.join(", ")}`;
  const [example] = examples;
  return [
    `${name}: ${PLACES[place] ?? place}${others}`,
    ...wrap(summary, "  "),
    ...about === "" ? [] : [
      "",
      ...about.split(/\n{2,}/).flatMap((text, index) => [
        ...index === 0 ? [] : [""],
        ...wrap(plain(text), "  "),
      ]),
    ],
    ...fields.length === 0 ? [] : ["", "FIELDS", ...fields.flatMap((field) => fieldLines(field, "  "))],
    ...ports.length === 0
      ? []
      : ["", "PORTS", ...pairs(ports.map(({ name, side, summary }) => [`${name} (${side})`, summary]))],
    ...Object.keys(errors).length === 0 ? [] : ["", "ERRORS", ...pairs(Object.entries(errors))],
    ...example === undefined ? [] : [
      "",
      `EXAMPLE: ${example.title}`,
      ...stringify(example.spec, { useAnchors: false, lineWidth: -1 }).trimEnd().split("\n").map((line) => `  ${line}`),
    ],
  ];
}

function codeLines({ name, meaning, kinds }: ExplainedCode): string[] {
  const made = Object.entries(kinds);
  return [
    `${name}: the code of an error`,
    ...wrap(plain(meaning), "  "),
    ...made.length === 0 ? [] : ["", "KINDS THAT MAKE IT", ...pairs(made)],
  ];
}

function fieldLines(
  { path, type, required, fallback, description }: FieldDescription | ExplainedField,
  lead: string,
): string[] {
  const more = required ? "required" : fallback === undefined ? "" : `default ${plain(fallback)}`;
  const indent = " ".repeat(lead.length - lead.trimStart().length + 4);
  return [`${lead}${path}  ${type}${more === "" ? "" : `  (${more})`}`, ...wrap(plain(description), indent)];
}

function pairs(rows: readonly (readonly [string, string])[]): string[] {
  return rows.flatMap(([name, text]) => [`  ${name}`, ...wrap(plain(text), "      ")]);
}

/** Returns a paragraph of Markdown without its links. */
function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

/** Breaks a text into lines; one of several lines, such as a list, stays as it is. */
function wrap(text: string, indent: string): string[] {
  if (text === "") return [];
  if (/\n *[-|`]/.test(text)) return text.split("\n").map((line) => `${indent}${line}`.trimEnd());
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, indent + line];
}
