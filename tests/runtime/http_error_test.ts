import { assert, assertEquals, assertMatch } from "@std/assert";
import { placeOf } from "../support/place.ts";
import { snippets, World } from "./world.ts";

// An error is answered without a word of it; the log has all of it under the same id.
const NODES = String.raw`
- kind: listener
  name: web
  port: 0
  links: { out: [{ name: router, port: in }] }
- kind: router
  name: router
  routes:
    - { path: /literal, port: "out[0]" }
    - { path: /folded, port: "out[1]" }
    - { path: /double, port: "out[2]" }
    - { path: /single, port: "out[3]" }
    - { path: /cause, port: "out[4]" }
    - { path: /inner, port: "out[5]" }
    - { path: /typescript, port: "out[6]" }
    - { path: /cel, port: "out[7]" }
    - { path: /when, port: "out[8]" }
    - { path: /throw, port: "out[9]" }
  links:
    out[0]: [{ name: literal, port: in }]
    out[1]: [{ name: folded, port: in }]
    out[2]: [{ name: double, port: in }]
    out[3]: [{ name: single, port: in }]
    out[4]: [{ name: cause, port: in }]
    out[5]: [{ name: outer, port: in }]
    out[6]: [{ name: typescript, port: in }]
    out[7]: [{ name: cel, port: in }]
    out[8]: [{ name: when, port: in }]
    out[9]: [{ name: thrower, port: in }]
- kind: snippet
  name: literal
  language: javascript
  code: |
    // a comment in front

    export default function () {
        throw new Error("literal: secret");
    }
- kind: snippet
  name: folded
  language: javascript
  code: >-
    export default () => {
    const a = 1;
    throw new Error("folded: " + a);
    }
- kind: snippet
  name: double
  language: javascript
  code: "export default () => {\n  const \u0061 = '\t\"';\n  throw new Error('double')\n}"
- kind: snippet
  name: single
  language: javascript
  code: 'export default () => { const a = ''b''; throw new Error(''single'' + a) }'
- kind: snippet
  name: cause
  language: javascript
  code: |
    const low = () => { throw new RangeError("low") };
    export default () => {
      try { low() } catch (cause) { throw new Error("high", { cause }) }
    }
- kind: block
  name: outer
  specs:
    - kind: snippet
      name: first
      language: text
      code: x
    - kind: snippet
      name: second
      language: javascript
      code: |
        export default () => { throw new Error("inner") }
- kind: snippet
  name: typescript
  language: typescript
  code: |
    interface Thing { a: string }
    export default function (thing: Thing): string {
      const given: string = (thing as Thing).a; throw new Error("typed" as string);
    }
- kind: snippet
  name: cel
  language: cel
  code: |
    [1, 2]
      .map(n, n + self.missing)
- kind: switch
  name: when
  matches:
    - when: self.method == "GET"
        && self.absent == 1
      port: out[0]
- kind: step
  name: thrower
  specs:
    - { kind: snippet, language: json, code: '["root", "top"]' }
    - kind: throw
`;

/** Where each arises, as marked by a text in the file. */
const ARISES: [path: string, via: string, marker: string, message: string][] = [
  ["literal", "router.out[0] > literal", 'new Error("literal: secret")', "literal: secret"],
  ["folded", "router.out[1] > folded", 'new Error("folded: " + a)', "folded: 1"],
  ["double", "router.out[2] > double", "new Error('double')", "double"],
  ["single", "router.out[3] > single", "new Error(''single'' + a)", "singleb"],
  ["cause", "router.out[4] > cause", 'new Error("high"', "high"],
  ["inner", "router.out[5] > outer/0.out > outer/1", 'new Error("inner")', "inner"],
  ["typescript", "router.out[6] > typescript", 'new Error("typed"', "typed"],
  ["cel", "router.out[7] > cel", "missing)", "no such key: missing"],
  ["when", "router.out[8] > when", "absent ==", "no such key: absent"],
];

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

Deno.test("an error is 500, and the log line of the same id says where and why", async (t) => {
  await using world = await World.start(NODES);
  for (const [name, via, marker, message] of ARISES) {
    await t.step(name, async () => {
      const { status, text, headers } = await world.fetch(`/${name}`);
      assertEquals([status, headers.get("content-type")], [500, "application/json"]);
      const { error, process, ...rest } = JSON.parse(text);
      assertEquals([error, rest], ["Internal Server Error", {}]);
      assertMatch(process, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const line = await world.logged(new RegExp(process));
      assertMatch(line, new RegExp(escaped(`web.out > ${via}: test.yaml:${placeOf(NODES, marker)}: ${message}`)));
      assertEquals(world.log.filter((line) => line.includes(process)).length, 1);
    });
  }

  await t.step("with its causes", async () => {
    const { process } = JSON.parse((await world.fetch("/cause")).text);
    assertMatch(await world.logged(new RegExp(process)), / high \(low\)$/);
    const thrown = JSON.parse((await world.fetch("/throw")).text);
    assertMatch(await world.logged(new RegExp(thrown.process)), /thrower\/0\.out > thrower\/1: top: root/);
  });

  await t.step("every request has an id of its own", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => world.fetch("/literal")));
    assertEquals(new Set(ids.map(({ text }) => text)).size, 20);
  });
});

Deno.test("with dev, the answer says it too", async (t) => {
  await using world = await World.start(NODES, { dev: true });
  for (const [name, via, marker, message] of ARISES) {
    await t.step(name, async () => {
      const { status, text } = await world.fetch(`/${name}`);
      const { error, process, message: told, position, path } = JSON.parse(text);
      assertEquals([status, error, typeof process], [500, "Internal Server Error", "string"]);
      assertMatch(told, new RegExp(escaped(message)));
      assertEquals([position, path.join(" > ")], [`test.yaml:${placeOf(NODES, marker)}`, `web.out > ${via}`]);
    });
  }

  await t.step("causes", async () => {
    assertEquals(JSON.parse((await world.fetch("/cause")).text).cause, "low");
  });
});

Deno.test("an error is told to nobody but the log", async () => {
  await using world = await World.start(NODES);
  for (const method of ["GET", "HEAD", "POST"]) {
    const response = await fetch(new URL("/literal", (await world.runtime.sockets.urls())[0]), { method });
    const whole = JSON.stringify([...response.headers]) + await response.text();
    assert(!/secret|literal|yaml|router/.test(whole), whole);
  }
});

Deno.test("an error that a workflow handles is no error", async () => {
  const specs = JSON.parse(snippets({ bad: "export default () => { throw new Error('caught') }" }));
  specs[0].links.error = [{ name: "told", port: "in" }];
  specs.push({ kind: "snippet", name: "told", language: "cel", code: `{"status": 418, "body": self.message}` });
  await using world = await World.start(JSON.stringify(specs));
  const { status, text } = await world.fetch("/bad");
  assertEquals([status, text], [418, "caught"]);
  assert(!world.log.some((line) => / error /.test(line)), world.log.join("\n"));
});

Deno.test("log lines cannot be forged", async () => {
  const code = `export default () => { throw new Error("a\\n2026-01-01T00:00:00.000Z error forged\\u001b[2J") }`;
  await using world = await World.start(snippets({ bad: code }));
  const { process } = JSON.parse((await world.fetch("/bad")).text);
  const line = await world.logged(new RegExp(process));
  // deno-lint-ignore no-control-regex -- it is what must not be there
  assert(!/[\u0000-\u001f]/.test(line), JSON.stringify(line));
});
