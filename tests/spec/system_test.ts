import { assert, assertEquals } from "@std/assert";
import {
  checkSpecs,
  identify,
  readSpecs,
  specFromMap,
  specToMap,
  stringifySpecs,
  validate,
} from "../../src/spec/mod.ts";
import { testScheme } from "./kinds.ts";

const text = Deno.readTextFileSync(new URL("system.yaml", import.meta.url));
const scheme = testScheme();

Deno.test("the system workflow is read without errors", () => {
  const { specs, diagnostics } = readSpecs(text, "system.yaml", { namespace: "system" });
  assertEquals(diagnostics, []);
  assertEquals(checkSpecs(specs, scheme), []);
  assertEquals(specs.map(({ spec }) => `${spec.namespace}:${spec.name}`), [
    "system:listener",
    "system:router",
    "system:nodes_create",
    "system:nodes_read",
    "system:nodes_update",
    "system:nodes_delete",
    "system:catch",
    "system:400",
    "system:500",
  ]);
  assertEquals(specs[0]!.spec.links, {
    out: [{ name: "router", port: "in" }],
    error: [{ name: "catch", port: "in" }],
  });
  for (const { spec } of specs) assert("fields" in validate(scheme.get(spec.kind)!, spec.fields, scheme));
});

Deno.test("every character of its folded code is located in the file", () => {
  const lines = text.split("\n");
  const { specs } = readSpecs(text, "system.yaml");
  let characters = 0;
  for (const { spec, source } of specs) {
    const code = spec.fields.code;
    if (typeof code !== "string") continue;
    for (let offset = 0; offset < code.length; offset++, characters++) {
      const { line, column } = source.locate(["code"], offset);
      const written = lines[line - 1]!.charAt(column - 1);
      // a line break was kept, or folded to a blank
      const character = code.charAt(offset);
      assertEquals(written === "" && (character === " " || character === "\n") ? character : written, character);
    }
  }
  assertEquals(characters, 186);
  const error = specs.find(({ spec }) => spec.name === "400")!;
  const offset = (error.spec.fields.code as string).indexOf("args.error()");
  const line = lines.findIndex((line) => line.includes("args.error()")) + 1;
  assertEquals(error.source.locate(["code"], offset), { file: "system.yaml", line, column: 18 });
});

Deno.test("it survives a round trip through maps and through YAML", () => {
  const specs = identify(readSpecs(text, "system.yaml").specs.map(({ spec }) => spec));
  assertEquals(specs.map((spec) => specFromMap(specToMap(spec)).spec), specs);
  const again = readSpecs(stringifySpecs(specs), "again.yaml");
  assertEquals(again.diagnostics, []);
  assertEquals<unknown>(again.specs.map(({ spec }) => spec), specs);
});
