import { assertEquals } from "@std/assert";
import { schemeOf } from "../../runtime/mod.ts";
import { readSpecs, renameValues, specToMap } from "../mod.ts";

Deno.test("values are renamed in env, nested too, and in templates", () => {
  const read = (text: string) => readSpecs(text, "x.yaml").specs[0]!.spec;
  const spec = (db: string, inText: string, quoted: string) => `
kind: step
env:
  A: { name: ${db} }
  B: [{ data: "db {{ values${inText}.user }}" }, { name: ${db}, value: ["{{ db }} {{ values${inText} }}"] }]
  C: "{{ values${inText}.user }}{{ .db }}{{ values${inText}.user }}"
  D: { id: db }
specs:
  - kind: sleep
    env: { E: { name: ${db}, data: "{{ .db }}" } }
    interval: "{{ values${inText}.port + int(values['${quoted}'].port) }}"
  - { kind: snippet, language: text, code: "{{ values.db }}" }
`;
  const renamed: string[] = [];
  const next = renameValues(read(spec("db", ".db", "db")), schemeOf(), (name, path) => {
    renamed.push(`${path.join(".")} ${name}`);
    return `mail.${name}`;
  });
  assertEquals(specToMap(next), specToMap(read(spec("mail.db", '["mail.db"]'.replaceAll('"', '\\"'), "mail.db"))));
  assertEquals(renamed.includes("specs.0.env.E.name db"), true);
});
