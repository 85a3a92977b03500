import { assertEquals } from "@std/assert";
import { startWorkflow } from "@weft/weft/testing";

/** The shapes of the files of Uniflow with values: a variable of the engine, data of a value, data of its own. */
const TEXT = `
- kind: listener
  name: variable-web
  protocol: http
  port: '{{ .PORT }}'
  env:
    PORT:
      data: '{{ .PORT }}'
  ports:
    out:
      - name: greet
        port: in
- { kind: snippet, name: greet, language: text, code: variable }

- id: 01908c74-8b22-7cbf-a475-6b6bc871b01a
  kind: listener
  namespace: default
  name: value-web
  annotations:
    description: "Listens where the value says"
    version: "1.0"
  protocol: http
  port: "{{ .PORT }}"
  env:
    PORT:
      name: network
      data: "{{ .port }}"
  ports:
    out:
      - name: answer
        port: in
- { kind: snippet, name: answer, language: text, code: value }

- id: 01908c74-8b22-7cbf-a475-6b6bc871b01b
  namespace: default
  name: network
  annotations:
    description: "Where to listen"
  data:
    port: 0
`;

Deno.test("env of a file of Uniflow reads variables, and values by their names", async () => {
  await using workflow = await startWorkflow(TEXT, { allow: true, env: { PORT: "0" } });
  const answers = await Promise.all((await workflow.urls()).map(async (url) => await (await fetch(url)).text()));
  assertEquals(answers.toSorted(), ["value", "variable"]);
});
