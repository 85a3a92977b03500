import { assert, assertEquals } from "@std/assert";
import { seededTest } from "../../tests/support/random.ts";
import { formatDiagnostic, readSpecs, type SpecDraft } from "./mod.ts";

function read(text: string, file = "x.yaml"): { specs: SpecDraft[]; lines: string[] } {
  const { specs, diagnostics } = readSpecs(text, file);
  return { specs: specs.map(({ spec }) => spec), lines: diagnostics.map(formatDiagnostic) };
}

/** The fields of the specs of a text that is all right. */
function fieldsOf(text: string, file?: string) {
  const { specs, lines } = read(text, file);
  assertEquals(lines, [], text);
  return specs.map(({ fields }) => fields);
}

Deno.test("a file contains one or several documents, each a spec or a list of specs", () => {
  const a = [{ x: 1 }];
  const ab = [{ x: 1 }, { x: 2 }];
  assertEquals(fieldsOf("kind: k\nx: 1\n"), a);
  assertEquals(fieldsOf("- kind: k\n  x: 1\n- kind: k\n  x: 2\n"), ab);
  assertEquals(fieldsOf("kind: k\nx: 1\n---\n- kind: k\n  x: 2\n"), ab);
  assertEquals(fieldsOf("---\nkind: k\nx: 1\n...\n---\n---\n# nothing\n---\nkind: k\nx: 2\n"), ab);
  assertEquals(fieldsOf('[{"kind": "k", "x": 1}, {"kind": "k", "x": 2}]', "x.json"), ab);
  assertEquals(fieldsOf('{\n\t"kind":"k",\n\t"x":1}', "X.JSON"), a);
});

Deno.test("a byte order mark and all line endings are accepted", () => {
  for (const ending of ["\n", "\r\n", "\r"]) {
    const text = ["\ufeffkind: k", "code: |", "  a", "  b", "x: >", "  c", "  d", ""].join(ending);
    assertEquals(fieldsOf(text), [{ code: "a\nb\n", x: "c d\n" }]);
    const { source } = readSpecs(text, "x.yaml").specs[0]!;
    assertEquals(source.position([]), { file: "x.yaml", line: 1, column: 1 });
    assertEquals(source.locate(["code"], 2), { file: "x.yaml", line: 4, column: 3 });
  }
});

Deno.test("a file without specs is a warning", () => {
  for (const text of ["", "\n", "# nothing\n", "---\n", "[]", "\ufeff"]) {
    assertEquals(read(text), { specs: [], lines: ["x.yaml:1:1: warning: no specs in the file"] }, text);
  }
  assertEquals(read("", "x.json").lines, ["x.json:1:1: warning: no specs in the file"]);
});

Deno.test("scalars are read by the core schema of YAML 1.2", () => {
  const text = "kind: k\nv: [~, null, '', true, FALSE, yes, 0x1F, 0o17, 017, -1.5e3, .inf, 1_000, 2001-01-01, '1']\n";
  assertEquals(fieldsOf(text)[0]!.v, [
    null,
    null,
    "",
    true,
    false,
    "yes",
    31,
    15,
    17,
    -1500,
    Infinity,
    "1_000",
    "2001-01-01",
    "1",
  ]);
  assertEquals(
    fieldsOf("kind: k\nv: [!!str 1, ! 2, !!int '3', !!float 4, !<tag:yaml.org,2002:bool> 'true', !!null '']\n"),
    [
      { v: ["1", "2", 3, 4, true, null] },
    ],
  );
  assertEquals(fieldsOf("kind: k\nv: {400: a, true: b, 0x1: c, '': d, __proto__: e}\n")[0]!.v, {
    "400": "a",
    true: "b",
    "0x1": "c",
    "": "d",
    ["__proto__"]: "e",
  });
});

Deno.test("anchors, aliases and merge keys are read", () => {
  const text = `
- kind: k
  base: &base {a: 1, b: {c: 2}}
  again: *base
  list: [&x 5, *x]
  merged: {<<: *base, a: 3}
  late:
    a: 4
    <<: [*base, {a: 5, d: 6}]
  quoted: {"<<": 1}
  &key word: *key
`;
  assertEquals(fieldsOf(text), [{
    base: { a: 1, b: { c: 2 } },
    again: { a: 1, b: { c: 2 } },
    list: [5, 5],
    merged: { a: 3, b: { c: 2 } },
    late: { a: 4, b: { c: 2 }, d: 6 },
    quoted: { "<<": 1 },
    word: "word",
  }]);
});

Deno.test("fields that every spec has are separated from those of its kind", () => {
  const { specs, lines } = read(
    "kind: k\nid: 0190163D-8694-739B-AEA5-966C26F8AD91\nname: 007\nnamespace: 1.10\nannotations: {a: 1e3, b: no, c: true}\n" +
      "links:\n  out: {name: 400, port: in}\n  error: [{id: 0190163d-8694-739b-aea5-966c26f8ad92, port: 'in[0]'}]\nx:\ny: 1\n",
  );
  assertEquals(lines, []);
  assertEquals(specs, [{
    id: "0190163d-8694-739b-aea5-966c26f8ad91",
    kind: "k",
    // numbers that are names are what was written
    name: "007",
    namespace: "1.10",
    meta: { a: "1e3", b: "no", c: "true" },
    isAnnotated: true,
    links: {
      out: [{ name: "400", port: "in" }],
      error: [{ id: "0190163d-8694-739b-aea5-966c26f8ad92", port: "in[0]" }],
    },
    fields: { x: null, y: 1 },
  }]);
  assertEquals(read("kind: k\nports: {out: [{name: a, port: in}]}\n").specs[0]!.links, {
    out: [{ name: "a", port: "in" }],
  });
  const empty = read("kind: k\nname:\nid: ~\nlinks:\nannotations: null\nnamespace: null\n");
  assertEquals(empty, {
    specs: [{ kind: "k", namespace: "default", meta: {}, links: {}, fields: {} }],
    lines: [],
  });
  assertEquals(readSpecs("kind: k\n", "x.yaml", { namespace: "system" }).specs[0]!.spec.namespace, "system");
});

seededTest("JSON is read as JSON.parse reads it", (random) => {
  const characters = [
    "a",
    '"',
    "\\",
    "/",
    "\n",
    "\t",
    "\u0000",
    "\u007f",
    "é",
    "\u2028",
    "🐱",
    "\ud800",
    ": ",
    " #",
    "'",
    "{{",
  ];
  const value = (depth: number): unknown => {
    switch (random.below(depth > 4 ? 5 : 7)) {
      case 0:
        return random.below(2) === 0 ? null : random.below(2) === 0;
      case 1:
        return random.pick([0, -1, 1.5, 1e21, 1e-7, 123456789012, -0.25]);
      case 2:
      case 3:
      case 4:
        return random.text(characters, 8);
      case 5:
        return Array.from({ length: random.below(4) }, () => value(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: random.below(4) }, () => [random.text(characters, 4), value(depth + 1)]),
        );
    }
  };
  for (let round = 0; round < 2000; round++) {
    const wanted = { v: value(0) };
    const text = JSON.stringify({ kind: "k", ...wanted }, null, random.pick(["", " ", "\t", "    "]));
    assertEquals<unknown>(fieldsOf(text, "x.json"), [wanted], text);
  }
});

Deno.test("a broken document or item does not prevent the others from being read", () => {
  const names = (text: string) => read(text).specs.map(({ name }) => name);
  const documents =
    "kind: k\nname: a\n---\nkind: 'k\nname: b\n---\nkind: k\nname: c\n---\nkind: {\n---\n- kind: k\n  name: d\n";
  assertEquals(names(documents), ["a", "c", "d"]);
  assertEquals(read(documents).lines.map((line) => line.split(" ")[0]), ["x.yaml:5:1:", "x.yaml:10:8:"]);
  // a list in a spec is not taken for one of specs
  const spec = "kind: block\nspecs:\n- kind: k\n- kind: 'k\n- kind: k\n";
  assertEquals([names(spec), read(spec).lines.length], [[], 1]);
  const items =
    "- kind: k\n  name: a\n- kind: k\n   name: b\n- &x\n  kind: k\n  name: c\n- kind: [\n- <<: *x\n  name: d\n";
  assertEquals(names(items), ["a", "c", "d"]);
  assertEquals(read(items).lines.map((line) => line.split(" ")[0]), ["x.yaml:4:8:", "x.yaml:8:10:"]);
});

seededTest("reading never throws, whatever the input", (random) => {
  const pieces = [
    ..."\n\n\n      --:#&*!|>'\"%@`{}[],?a1\t\r\0",
    "kind: k\n",
    "- kind: k\n",
    "name: ",
    "links:",
    " out: ",
    "\n---\n",
    "\n...\n",
    "<<: ",
    "*a ",
    "&a ",
    "!!int ",
    "{{ x }}",
    "\ufeff",
    "\ud800",
    "é",
  ];
  for (let round = 0; round < 20_000; round++) {
    const text = random.text(pieces, 24);
    for (const file of ["x.yaml", "x.json"]) {
      for (const { location } of readSpecs(text, file).diagnostics) {
        const position = location?.position;
        const lines = text.split(/\r\n?|\n/);
        assert(position !== undefined && position.line >= 1 && position.line <= lines.length, JSON.stringify(text));
        const length = lines[position.line - 1]!.length;
        assert(
          position.column >= 1 && position.column <= length + 1,
          `${formatDiagnostic({ location: { position }, message: "" })} ${JSON.stringify(text)}`,
        );
      }
    }
  }
});
