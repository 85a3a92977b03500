import { assert, assertEquals } from "@std/assert";
import { type Random, seededTest } from "../../../tests/support/random.ts";
import { setKey, type Value, type ValueMap } from "../../value/mod.ts";
import {
  formatDiagnostic,
  identify,
  readSpecs,
  type SpecDraft,
  specFromMap,
  specToMap,
  stringifySpecs,
} from "../mod.ts";

const PIECES = [
  ..."aZ09 \n\t:#-?,[]{}&*!|>'\"%@`\\/.~=<",
  "\n\n",
  "  ",
  "---\n",
  "...",
  "null",
  "true",
  "1e3",
  "0x1",
  "<<",
  "é",
  "🐱",
  "\u0000",
  "\u001b",
  "\u0085",
  "\u2028",
  "\ufeff",
  "\r\n",
  "{{ .X }}",
];

function randomValue(random: Random, depth: number): Value {
  switch (random.below(depth > 3 ? 6 : 8)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return random.pick([0, -0, 1, -1.5, 1e300, 5e-324, Infinity, -Infinity, NaN, 2 ** 53]);
    case 6:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
    case 7:
      return randomMap(random, depth + 1);
    default:
      return random.text(PIECES, 10);
  }
}

function randomMap(random: Random, depth: number): ValueMap {
  const map: Record<string, Value> = {};
  for (let count = random.below(4); count > 0; count--) {
    setKey(map, random.pick([random.text(PIECES, 4), "__proto__", "constructor"]), randomValue(random, depth));
  }
  return map;
}

seededTest("any spec survives a round trip through YAML and through a map", (random) => {
  for (let round = 0; round < 2000; round++) {
    const fields: Record<string, Value> = {};
    for (let count = random.below(4); count > 0; count--) {
      setKey(fields, `f${random.text(PIECES, 3)}`, randomValue(random, 0));
    }
    const draft: SpecDraft = {
      kind: random.text(PIECES, 4) + "k",
      namespace: random.pick(["default", "007", "true", "a.b-c"]),
      annotations: random.below(2) === 0 ? {} : { [random.text(["a", ":", "\n", "~"], 3)]: random.text(PIECES, 6) },
      links: random.below(2) === 0 ? {} : { "out[0]": [{ name: random.text(PIECES, 3) + "n", port: "in" }] },
      fields,
    };
    if (random.below(2) === 0) draft.name = random.pick(["400", "null", "1.10", "a", "é"]);
    const specs = identify([draft]);
    const read = specFromMap(specToMap(specs[0]!));
    assertEquals([read.diagnostics, read.spec], [[], specs[0]]);
    const text = stringifySpecs(specs);
    const again = readSpecs(text, "x.yaml");
    assertEquals(again.diagnostics, [], text);
    assertEquals<unknown>(again.specs.map(({ spec }) => spec), specs, text);
  }
});

Deno.test("code is written as a block scalar, without folding or aliases", () => {
  const { specs } = readSpecs(
    'kind: snippet\nname: a\nlanguage: javascript\ncode: "export default () => {\\n  return 1;\\n}\\n"\nlinks: {out: [{name: b, port: in}]}\n',
    "x.yaml",
  );
  assertEquals(
    stringifySpecs(specs.map(({ spec }) => spec)),
    `- kind: snippet
  namespace: default
  name: a
  language: javascript
  code: |
    export default () => {
      return 1;
    }
  links:
    out:
      - name: b
        port: in
`,
  );
  const long = { kind: "k", code: "a ".repeat(200) + "end" };
  assert(!stringifySpecs([specFromMap(long).spec!]).includes(">"), "a long line is not folded");
  const shared = { x: 1 };
  assert(
    !stringifySpecs([specFromMap({ kind: "k", a: shared, b: shared }).spec!]).includes("&"),
    "nothing is an alias",
  );
});

Deno.test("an invalid spec map gives diagnostics without a position", () => {
  const cases: [Value, string[]][] = [
    [null, ["spec: invalid spec null: expected a map"]],
    [[], ["spec: invalid spec: expected a map, got an empty list"]],
    [{}, ['spec: missing field "kind" of spec: expected a string']],
    [{ kind: "snippet", name: 5, id: "x" }, ['5: invalid id "x": expected a UUID']],
    [{ kind: "k", links: { out: {} } }, [
      'k: missing field "port" of links.out[0]: expected a string',
    ]],
    [{ kind: "k", code: new Uint8Array(1), list: [{ at: new Date(0) }] }, [
      "spec: invalid code: values of kind bytes cannot be part of a spec; a spec holds strings, numbers, booleans, null, lists and maps",
      "spec: invalid list[0].at: values of kind date cannot be part of a spec; a spec holds strings, numbers, booleans, null, lists and maps",
    ]],
    [{ kind: "k", big: 1n }, [
      "spec: invalid big: values of kind bigint cannot be part of a spec; a spec holds strings, numbers, booleans, null, lists and maps",
    ]],
    [{ kind: "k", x: Array(1_000_001).fill(1) }, ["spec: more than 1000000 values"]],
  ];
  for (const [map, lines] of cases) {
    const { spec, diagnostics } = specFromMap(map);
    assertEquals([spec, diagnostics.map(formatDiagnostic)], [undefined, lines]);
  }
  let deep: Value = 1;
  for (let level = 0; level < 200; level++) deep = [deep];
  assertEquals(specFromMap({ kind: "k", deep }).diagnostics.map(({ message }) => message), [
    "nested deeper than 100 levels",
  ]);
});

Deno.test("a map without a namespace gets the default namespace", () => {
  assertEquals(specFromMap({ kind: "k" }).spec?.namespace, "default");
  assertEquals(specFromMap({ kind: "k" }, { namespace: "system" }).spec?.namespace, "system");
  assertEquals(specFromMap({ kind: "k", namespace: "a" }, { namespace: "system" }).spec?.namespace, "a");
});
