import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { formatDiagnostic, readSpecs, Scheme, specFromMap } from "../mod.ts";

Deno.test("fields inside of spec stand beside the kind, with their positions, in nested specs too", () => {
  const { specs, diagnostics } = readSpecs(
    `
- kind: step
  name: outer
  spec:
    specs:
      - kind: snippet
        spec: { language: text, code: a }
      - { kind: nop }
    note:
      spec: { stays: true }
`,
    "a.yaml",
  );
  assertEquals(diagnostics, []);
  const { spec, source } = specs[0]!;
  const fields = {
    specs: [{ kind: "snippet", language: "text", code: "a" }, { kind: "nop" }],
    note: { spec: { stays: true } },
  };
  assertEquals(spec.fields, fields);
  assertEquals(source.locate(["specs", 0, "code"], 0), { file: "a.yaml", line: 7, column: 39 });
  const map = {
    kind: "step",
    spec: { ...fields, specs: [{ kind: "snippet", spec: { language: "text", code: "a" } }, { kind: "nop" }] },
  };
  assertEquals(specFromMap(map).spec?.fields, fields);
});

Deno.test("a field beside the kind and inside of spec is given twice; spec is no field of a kind", () => {
  const { diagnostics } = readSpecs("kind: listener\nport: 1\nspec: { port: 2, host: a }\n", "a.yaml");
  assertEquals(diagnostics.map(formatDiagnostic), [
    "a.yaml:2:1: port is given here and inside of spec; they are the same field; give one",
  ]);
  assertEquals(specFromMap({ kind: "a", port: 1, spec: { port: 2 } }).diagnostics.length, 1);
  assertEquals(specFromMap({ kind: "a", spec: "text" }).spec?.fields, { spec: "text" });
  const kind = { name: "a", summary: "", fields: z.object({ spec: z.string() }), ports: { in: [], out: [] } };
  assertThrows(() => new Scheme([kind]), Error, 'invalid field "spec" of kind a');
});
