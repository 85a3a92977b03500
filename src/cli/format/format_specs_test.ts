import { assertEquals, assertThrows } from "@std/assert";
import { formatSpecs } from "./format_specs.ts";

/** Formats, and checks that formatting again changes nothing. */
function format(text: string, name = "a.yaml"): string {
  const formatted = formatSpecs(text, name);
  assertEquals(formatSpecs(formatted, name), formatted, "it is not stable");
  return formatted;
}

Deno.test("indentation, spaces and quotes are made uniform; comments, blank lines and order stay", () => {
  const text = `# head

- kind:    listener   # accepts
  'name': "web"


  port: 0x1f90
  links:
      out:
      - {name: router,port: in}   # why
      # between
      - { name: 'yes', port: in }
- {kind: router, name: router, routes: [{method: GET,path: '/ping', port: 'out[0]'}, {method: POST, path: /somewhere/else, port: "out[1]"}]}
- kind: snippet
  code: |
     a  # no comment
       b
  note: >-
    hello
    world
  port: "{{ .PORT }}"
  it: 'it''s'
  text: "one
       two"
  none:
  also: ~
  number: '012'
# end
`;
  assertEquals(
    format(text),
    `# head

- kind: listener # accepts
  name: web

  port: 0x1f90
  links:
    out:
      - { name: router, port: in } # why
      # between
      - { name: "yes", port: in }
- {
    kind: router,
    name: router,
    routes: [{ method: GET, path: "/ping", port: "out[0]" }, { method: POST, path: /somewhere/else, port: "out[1]" }]
  }
- kind: snippet
  code: |
    a  # no comment
      b
  note: >-
    hello
    world
  port: "{{ .PORT }}"
  it: "it's"
  text: "one
    two"
  none:
  also: ~
  number: "012"

# end
`,
  );
});

Deno.test("several documents, anchors, tags, kept line ends and Windows line ends", () => {
  assertEquals(
    format("kind: nop\r\nmeta: &m {a: 1}\r\n---\r\nkind: nop\r\n").split("---\n")[0],
    "kind: nop\nmeta: &m { a: 1 }\n",
  );
  assertEquals(
    format("- kind: nop\n  meta:\n    raw: !!binary  aGk=\n    keep: |+\n      a\n\n  name: b\n"),
    `- kind: nop
  meta:
    raw: !!binary aGk=
    keep: |+
      a

  name: b
`,
  );
});

Deno.test("JSON is JSON", () => {
  assertEquals(format('[{"kind":"nop","meta":{}}]', "a.json"), '[\n  {\n    "kind": "nop",\n    "meta": {}\n  }\n]\n');
  assertEquals(format('{"imports":{}}', "deno.json"), '{"imports":{}}', "no specs");
});

Deno.test("what cannot be read is told with its place", () => {
  assertThrows(() => format("- kind: ["), Error, "a.yaml:1:10: invalid YAML");
  assertThrows(() => format("[{", "a.json"), Error, "a.json:1:");
});

Deno.test("a spec with mistakes is formatted", () => {
  assertEquals(format("-   kind: snipet\n    prt:   1\n"), "- kind: snipet\n  prt: 1\n");
});
