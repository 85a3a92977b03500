import { assert, assertEquals } from "@std/assert";
import { type Document, dump, SCALAR_STYLE, type ScalarStyle, visit } from "js-yaml";
import { type Position, positionIn, readSpecs, type SourcedSpec } from "../../src/spec/mod.ts";
import { seededTest } from "../support/random.ts";

/** The one spec of a text that is all right. */
function readOne(text: string): SourcedSpec {
  const { specs, diagnostics } = readSpecs(text, "x.yaml");
  assertEquals(diagnostics, [], text);
  assertEquals(specs.length, 1, text);
  return specs[0]!;
}

/** The offset of a position, by counting lines anew. */
function offsetOf(text: string, { line, column }: Position): number {
  let offset = 0;
  for (let at = 1; at < line; at++) offset += /^[^\r\n]*(?:\r\n?|\n)/.exec(text.slice(offset))![0].length;
  return offset + column - 1;
}

/** Asserts that each character of a text of a spec is found where it is written. */
function assertLocated(text: string, { spec, source }: SourcedSpec, field = "code"): void {
  const value = spec.fields[field];
  assert(typeof value === "string", `${field} is no text in ${JSON.stringify(text)}`);
  let before = -1;
  for (let index = 0; index < value.length; index++) {
    const offset = offsetOf(text, source.locate([field], index));
    const shown = `character ${index} of ${JSON.stringify(value)} at ${offset} of ${JSON.stringify(text)}`;
    assert(offset > before || isSecondUnit(value, index) && offset === before, `${shown}: not after the one before`);
    assertEquals(characterAt(text, offset, value.charAt(index)), value.charAt(index), shown);
    before = offset;
  }
}

function isSecondUnit(value: string, index: number): boolean {
  return /[\udc00-\udfff]/.test(value.charAt(index));
}

/** What stands at an offset, as far as it can be read there: an escape is what it stands for, a line break what it became. */
function characterAt(text: string, offset: number, wanted: string): string {
  const rest = text.slice(offset);
  const escape = /^\\(?:x..|u....|U.{8}|[^\r\n])/.exec(rest)?.[0];
  if (escape !== undefined && wanted !== "\\") return unescaped(escape, wanted);
  if (escape !== undefined && escape === "\\\\") return "\\";
  if (rest === "" || /^[\r\n]/.test(rest)) return wanted === "\n" || wanted === " " ? wanted : "a line break";
  // a line break may be folded with the blanks before it
  return wanted === " " || wanted === "\n" ? /^[ \t]*[\r\n]/.test(rest) ? wanted : rest.charAt(0) : rest.charAt(0);
}

function unescaped(escape: string, wanted: string): string {
  const value: string = JSON.parse(JSON.stringify(readOne(`kind: a\ncode: "${escape}"\n`).spec.fields.code));
  return value.length > 1 && isSecondUnit(wanted, 0) ? value.charAt(1) : value.charAt(0);
}

const LINES = [
  "x",
  "let a = 1;",
  "  more",
  "\ttab",
  "",
  "   ",
  "# no comment",
  "a: b",
  "'q' \"d\"",
  "é 🐱",
  "- x",
  "end  ",
];

seededTest("every character of a block scalar is located, for all indentations and line endings", (random) => {
  for (let round = 0; round < 3000; round++) {
    const ending = random.pick(["\n", "\r\n", "\r"]);
    const indent = 1 + random.below(6);
    const lines = Array.from({ length: random.below(8) }, () => random.pick(LINES));
    const first = lines.find((line) => line.trim() !== "") ?? "";
    const needsIndicator = /^[ \t]/.test(first) ||
      lines.some((line, at) => line.trim() === "" && at < lines.indexOf(first));
    const indicator = needsIndicator || random.below(4) === 0 ? String(indent) : "";
    const header = random.pick(["|", ">"]) +
      (random.below(2) === 0 ? indicator + random.pick(["", "-", "+"]) : random.pick(["", "-", "+"]) + indicator);
    const comment = random.pick(["", " # a | b > c", "  "]);
    const body = lines.map((line) => line === "" ? "" : " ".repeat(indent) + line);
    const after = random.pick([["name: x"], ["", "# comment", "name: x"], []]);
    const text = ["kind: a", `code: ${header}${comment}`, ...body, ...after].join(ending) + random.pick([ending, ""]);
    assertLocated(text, readOne(text));
  }
});

seededTest("every character of a plain or quoted scalar is located, including folds and escapes", (random) => {
  const shared = ["a", "word", " ", "  ", "é", "🐱", "{{", "}}", "b:c", "x#y", "\t"];
  const styles = [
    { open: "p", close: "", pieces: shared },
    { open: "'", close: "'", pieces: [...shared, "''", '"', "\\", ": ", " #"] },
    {
      open: '"',
      close: '"',
      pieces: [
        ...shared,
        "'",
        '\\"',
        "\\\\",
        "\\n",
        "\\t",
        "\\x41",
        "\\u00e9",
        "\\U0001F431",
        "\\0",
        "\\/",
        "\\\n   ",
        ": ",
      ],
    },
  ];
  let located = 0;
  for (let round = 0; round < 3000; round++) {
    const { open, close, pieces } = random.pick(styles);
    const breaks = ["\n  ", "\n\n  ", "\n \n\n  ", "\r\n  ", "\r\n\r\n   ", " \t\n  "];
    const scalar = open + random.text([...pieces, ...pieces, ...pieces, ...breaks], 12) + close;
    const text = random.pick([`kind: a\ncode: ${scalar}\nname: x\n`, `{kind: a, code: ${scalar}, x: 1}`]);
    const { specs, diagnostics } = readSpecs(text, "x.yaml");
    // a random plain scalar may end early, as in a comment or a flow
    if (diagnostics.length > 0 || typeof specs[0]?.spec.fields.code !== "string") continue;
    assertLocated(text, specs[0]);
    located++;
  }
  assert(located > 1000, `${located} of 3000 could be read`);
});

seededTest("every character of a random string is located in each scalar style", (random) => {
  const pieces = [
    "a",
    "function ",
    "{",
    "}",
    "\n",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "é",
    "🐱",
    "'",
    '"',
    "\\",
    ":",
    "#",
    "- ",
    "\u0007",
    "\u2028",
  ];
  const seen = new Set<ScalarStyle>();
  for (let round = 0; round < 2000; round++) {
    const code = random.text(pieces, 20);
    const style = random.pick(Object.values(SCALAR_STYLE));
    const transform = (documents: Document[]) =>
      visit(documents, (node, { isKey }) => {
        if (node.kind === "scalar" && !isKey && node.value === code) node.style = style;
      });
    const value = { kind: "k", deep: [{ a: 1 }], code };
    const text = dump(random.pick([value, [value]]), {
      transform,
      lineWidth: random.pick([-1, 20]),
      indent: 1 + random.below(4),
    });
    const spec = readOne(text);
    assertEquals(spec.spec.fields.code, code, text);
    assertLocated(text, spec);
    seen.add(style);
  }
  assertEquals(seen.size, 5);
});

Deno.test("a stored origin locates every character as well", () => {
  const text = "kind: a\ncode: >-\n    one\n    two\n\n    three\nlist:\n- \"x\\ty\"\n- {when: 'it''s'}\nport: 8000\n";
  const { spec, source } = readOne(text);
  const origin = JSON.parse(JSON.stringify(source.origin()));
  const texts: [(string | number)[], string][] = [
    [["code"], spec.fields.code as string],
    [["list", 0], "x\ty"],
    [["list", 1, "when"], "it's"],
  ];
  for (const [path, value] of texts) {
    for (let offset = 0; offset <= value.length; offset++) {
      assertEquals(positionIn(origin, path, offset), source.locate(path, offset), `${path} ${offset}`);
    }
  }
  assertEquals(positionIn(origin, ["code"], 8), { file: "x.yaml", line: 6, column: 5 });
  assertEquals(positionIn(origin, ["list", 1, "when"], 3), { file: "x.yaml", line: 9, column: 15 });
  // of what is no text the part around it is known, or else the spec
  assertEquals(positionIn(origin, ["list", 1]), { file: "x.yaml", line: 9, column: 11 });
  assertEquals(positionIn(origin, ["port"]), { file: "x.yaml", line: 1, column: 1 });
});

Deno.test("values and keys are located", () => {
  const text = "# first\n- kind: a\n  code: |-  # x | y\n    z\n  list: [1, 'b', {c: 1}]\n";
  const { source } = readOne(text);
  const at = (line: number, column: number) => ({ file: "x.yaml", line, column });
  assertEquals(source.position([]), at(2, 3));
  assertEquals(source.position(["kind"]), at(2, 9));
  assertEquals(source.keyPosition(["code"]), at(3, 3));
  assertEquals(source.position(["code"]), at(3, 9));
  assertEquals(source.locate(["code"], 0), at(4, 5));
  assertEquals(source.position(["list"]), at(5, 9));
  assertEquals(source.position(["list", 1]), at(5, 13));
  assertEquals(source.keyPosition(["list", 2, "c"]), at(5, 19));
  assertEquals(source.position(["list", 2, "c"]), at(5, 22));
  const odd = readOne("kind: a\n'x | y': |  # z\n    t\n? u | v\n: >\n  w\n").source;
  assertEquals(odd.position(["x | y"]), at(2, 10));
  assertEquals(odd.position(["u | v"]), at(5, 3));
  // of what is not there, the nearest part around it
  assertEquals(source.position(["list", 7, "x"]), at(5, 9));
  assertEquals(source.keyPosition(["nothing"]), at(2, 3));
  assertEquals(source.locate(["list", 0], 3), at(5, 10));
});

Deno.test("aliased and merged fields are located at their definition", () => {
  const text = "kind: a\nbase: &b\n  code: |\n    bad\n  x: 1\nuse: *b\nmerged:\n  <<: *b\n  x: 2\n";
  const { spec, source } = readOne(text);
  assertEquals(spec.fields.merged, { code: "bad\n", x: 2 });
  for (const field of ["base", "use", "merged"]) {
    assertEquals(source.locate([field, "code"], 1), { file: "x.yaml", line: 4, column: 6 });
  }
  assertEquals(source.keyPosition(["use"]), { file: "x.yaml", line: 6, column: 1 });
  assertEquals(source.position(["merged", "x"]), { file: "x.yaml", line: 9, column: 6 });
});
