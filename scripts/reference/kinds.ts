import { stringify } from "@std/yaml";
import type { DataKind, Kind, KindExample } from "../../src/kind/mod.ts";
import { DATA_KINDS, KINDS } from "../../src/kinds/mod.ts";
import { schemeOf } from "../../src/runtime/mod.ts";
import { dataTables, fieldTable } from "./fields.ts";
import { block, code, type Page, paragraphs, table } from "./markdown.ts";

const SORTED = KINDS.toSorted((a, b) => a.name < b.name ? -1 : 1);

const PORTS: Readonly<Record<string, string>> = {
  in: "Takes packets.",
  out: "What the node makes of a packet.",
  error: "Errors of the node.",
};

const PLACES = {
  executor: "an [executor](../../architecture.md#words), without permissions",
  host: "the host, with the permissions of the program",
  any: "where its packet is",
} as const;

const EFFECTS = {
  none: "none: it only reads or computes",
  idempotent: "idempotent: a call may be repeated with the same key",
  transactional: "transactional: it belongs to the transaction of its process",
  once: "a call must not run twice",
} as const;

/** Returns the pages of the built-in kinds, with a page that lists them. */
export function kindPages(): Page[] {
  return [index(), ...SORTED.map(kindPage), ...DATA_KINDS.map(dataKindPage)];
}

function index(): Page {
  const rows = SORTED.map(({ name, place = "executor", summary }) => [`[${code(name)}](${name}.md)`, place, summary]);
  return {
    path: "kinds/README.md",
    title: "Kinds",
    summary: "every kind of node: its fields, ports, errors and examples",
    body: paragraphs(
      "The built-in kinds. [Specs](../specs.md) has the fields that all of them share; [a kind of your own](../../kinds.md) " +
        "tells how to add one.",
      table(["kind", "runs on", "what it does"], rows),
      "## Data",
      "Entries of these kinds run nothing. They hold `data` of any form, and are applied, checked, versioned and found as " +
        "nodes are:",
      table(
        ["kind", "what it is for"],
        schemeOf().dataKinds.map((kind) => [
          DATA_KINDS.includes(kind) ? `[${code(kind.name)}](${kind.name}.md)` : code(kind.name),
          kind.summary,
        ]),
      ),
    ),
  };
}

function dataKindPage({ name, summary, about, data, examples = [] }: DataKind): Page {
  const tables = data === undefined ? [] : dataTables(data);
  return {
    path: `kinds/${name}.md`,
    title: name,
    summary,
    body: paragraphs(
      summary,
      about,
      ...tables.flatMap(([type, table]) => [type === "" ? "## Data" : `## Data of type ${type}`, table]),
      "## Examples",
      ...exampleBlocks(examples),
    ),
  };
}

function exampleBlocks(examples: readonly KindExample[]): string[] {
  return examples.flatMap(({ title, spec }) => [
    `${title}:`,
    block("yaml", stringify(spec, { useAnchors: false, lineWidth: -1 })),
  ]);
}

function kindPage(kind: Kind): Page {
  const { name, summary, about, fields, fieldAliases = {}, errors = {}, examples = [], verbatim = [] } = kind;
  const aliases = Object.entries(fieldAliases).map(([alias, field]) =>
    `${code(alias)} is another name of ${code(field)}.`
  );
  const literal = verbatim.map(code).join(", ");
  return {
    path: `kinds/${name}.md`,
    title: name,
    summary,
    body: paragraphs(
      summary,
      about,
      table(["", ""], [
        ["runs on", PLACES[kind.place ?? "executor"]],
        ["effect outside", effectText(kind)],
        ...kind.aliases === undefined ? [] : [["other names", kind.aliases.map(code).join(", ")]],
      ]),
      "## Fields",
      "Beside those of [every spec](../specs.md):",
      fieldTable(fields, kind.nested),
      ...aliases,
      literal !== "" && `Templates are not evaluated in ${literal}.`,
      "## Ports",
      portTable(kind),
      kind.portsOf !== undefined && "Which of them a node has depends on its fields.",
      "## Errors",
      Object.keys(errors).length === 0 ? "It makes none of its own." : table(
        ["code", "when"],
        Object.entries(errors).map(([name, when]) => [`[${code(name)}](../errors.md)`, when]),
      ),
      "## Examples",
      ...exampleBlocks(examples),
    ),
  };
}

function effectText({ place, effect }: Kind): string {
  if (typeof effect === "function") return "depends on its fields";
  return EFFECTS[effect ?? (place === "host" ? "once" : "none")];
}

function portTable({ ports, portSummaries = {} }: Kind): string {
  const row = (side: "in" | "out") => (name: string) => [code(name), side, portSummaries[name] ?? PORTS[name] ?? ""];
  return table(["port", "", "what for"], [...ports.in.map(row("in")), ...ports.out.map(row("out"))]);
}
