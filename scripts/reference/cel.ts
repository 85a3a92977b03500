import { makeEnvironment } from "../../src/language/cel/environment.ts";
import { block, code, type Page, paragraphs, table } from "./markdown.ts";

/** A function as the CEL library lists it. */
interface Definition {
  readonly name: string;
  readonly receiverType: string | null;
  readonly returnType: string;
  readonly params: readonly { readonly type: string }[];
}

/** What the engine has to look into the CEL library with; it can be called by nobody. */
const HIDDEN = new Set(["probe"]);

/** The names of types in signatures, as a reader knows them. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/google\.protobuf\.Timestamp/g, "timestamp"],
  [/google\.protobuf\.Duration/g, "duration"],
  [/list<dyn>/g, "list"],
  [/map<dyn, dyn>/g, "map"],
  [/optional<(?:dyn|A|T)>/g, "optional"],
  [/\b[AT]\b/g, "dyn"],
];

/** Returns the page of CEL. */
export function celPage(): Page {
  const functions = makeEnvironment(["self"]).getDefinitions().functions as readonly Definition[];
  const listed = functions.filter(({ name, params }) =>
    !HIDDEN.has(name) && !params.some(({ type }) => /Namespace$/.test(type))
  );
  const macros = listed.filter(isMacro);
  const plain = listed.filter((definition) => !isMacro(definition));
  const groups = Map.groupBy(plain, ({ receiverType }) => groupOf(receiverType));
  return {
    path: "cel.md",
    title: "CEL",
    summary: "what conditions, `cel` snippets and templates may use",
    body: paragraphs(
      "Conditions (`when`), snippets of the language `cel` and templates are written in the " +
        "[Common Expression Language](https://cel.dev). The payload is `self` (in templates, `env` has the variables).",
      block("cel", 'has(self.body) && self.body.n > 1 ? {"status": 200, "body": self.body} : {"status": 400}'),
      'The two branches of `? :` have one type: `self.ok ? {"a": 1} : dyn(null)`.',
      "Numbers of payloads are doubles: where a function takes an int it takes a double without a fraction too, ints and " +
        "doubles can be mixed in arithmetic, and a result without a fraction is a number like any other. Regular " +
        "expressions are RE2's. `error` and `stream` are types of their own; an error equals its message.",
      "## Macros",
      table(["macro", "of"], macroRows(macros)),
      "## Functions",
      "Overloads are listed once; where a parameter is an int, a double will do.",
      ...[...groups].toSorted(([a], [b]) => a < b ? -1 : 1).flatMap(([group, list]) => [
        `### ${group}`,
        table(["function", "returns"], rowsOf(list)),
      ]),
    ),
  };
}

function isMacro({ params }: Definition): boolean {
  return params.some(({ type }) => type === "ast");
}

function groupOf(receiver: string | null): string {
  if (receiver === null) return "global";
  const namespace = /^(\w+)Namespace$/.exec(receiver)?.[1];
  return namespace === undefined ? typeText(receiver).replace(/<.*/, "") : namespace.toLowerCase();
}

function rowsOf(list: readonly Definition[]): string[][] {
  const rows = new Map<string, string[]>();
  for (const { name, receiverType, params, returnType } of list) {
    const types = params.map(({ type }) => typeText(type));
    // the variants for doubles say nothing new
    const isVariant = types.some((type, index) =>
      type === "double" &&
      list.some((other) =>
        other.name === name && other.receiverType === receiverType && other.params.length === types.length &&
        other.params.every((param, at) => at === index ? param.type === "int" : typeText(param.type) === types[at])
      )
    );
    if (isVariant) continue;
    // a function of any number of arguments is registered for each number
    const isAny = types.every((type) => type === "dyn") &&
      list.some((other) => other.name === name && other.receiverType === receiverType && other.params.length > 4);
    if (isAny && types.length > 1) continue;
    const call = `${callee(receiverType)}${name}(${isAny ? "dyn, ..." : types.join(", ")})`;
    rows.set(call, [code(call), code(typeText(returnType))]);
  }
  return [...rows.values()].toSorted(([a], [b]) => a! < b! ? -1 : 1);
}

function macroRows(list: readonly Definition[]): string[][] {
  const rows = new Set(list.map(({ name, receiverType, params }) => {
    const blanks = params.map(({ type }, index) => type === "ast" ? "xyzw"[index] : typeText(type));
    return JSON.stringify([code(`${name}(${blanks.join(", ")})`), receiverType === null ? "" : groupOf(receiverType)]);
  }));
  return [...rows].toSorted().map((row) => JSON.parse(row) as string[]);
}

function callee(receiver: string | null): string {
  if (receiver === null) return "";
  const namespace = /^(\w+)Namespace$/.exec(receiver)?.[1];
  return namespace === undefined ? `${typeText(receiver)}.` : `${namespace.toLowerCase()}.`;
}

function typeText(type: string): string {
  return TYPES.reduce((text, [from, to]) => text.replaceAll(from, to), type);
}
