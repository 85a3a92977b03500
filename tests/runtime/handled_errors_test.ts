import { assertEquals, assertMatch } from "@std/assert";
import { Logger } from "../../src/runtime/mod.ts";
import { World } from "./world.ts";

/** A listener whose requests go to a failing snippet; what it throws goes to another one, which answers with a status. */
const flow = (status: number, more = "") => `
- { kind: listener, name: web, port: 0, links: { out: [{ name: broken, port: in }] } }
- kind: snippet
  name: broken
  language: javascript
  code: |
    export default () => {
      throw new Error("no stock", { cause: new Error("sold out") });
    };
  links: { error: [{ name: answer, port: in }] }
- { kind: snippet, name: answer, language: json, code: '{"status": ${status}, "body": "sorry"}' }
${more}`;

function handled(log: readonly string[]): string[] {
  return log.filter((line) => line.includes("handled error"));
}

Deno.test("an error that goes to a linked error port is logged, as a warning if the answer is a server error", async () => {
  for (const [status, level] of [[503, "warn "], [404, "debug"], [200, "debug"]] as const) {
    await using world = await World.start(flow(status));
    assertEquals((await world.fetch("/")).status, status);
    const line = await world.logged(/handled error/);
    assertEquals(line.slice(25, 30), level);
    assertMatch(
      line,
      /\[[0-9a-f-]{36}\] web\.out > broken: test\.yaml:8:\d+: handled error: no stock \(sold out\)$/,
    );
    assertEquals(handled(world.log).length, 1);
  }
});

Deno.test("errors that a host node and a try hand on are logged, each time", async () => {
  await using world = await World.start(`
- { kind: listener, name: web, port: 0, links: { out: [{ name: try, port: in }] } }
- kind: try
  name: try
  links: { out: [{ name: call, port: in }], error: [{ name: answer, port: in }] }
- kind: snippet
  name: call
  language: json
  code: '{"name": "nobody", "code": "x"}'
  links: { out: [{ name: update, port: in }] }
- kind: syscall
  name: update
  opcode: nodes.update
  links: { error: [{ name: again, port: in }] }
- { kind: throw, name: again }
- { kind: snippet, name: answer, language: json, code: '{"status": 500}' }
`);
  assertEquals((await world.fetch("/")).status, 500);
  await world.logged(/web\.out > .*handled error/);
  const lines = handled(world.log).map((line) => line.slice(25).replace(/\[[0-9a-f-]{36}\] /, ""));
  // the error of the host node is handed on by it, thrown again, and caught
  const error = 'handled error: unknown spec "default:nobody" (invalid argument)';
  assertEquals(lines, [`warn  update: ${error}`, `warn  web.out > update: ${error}`]);
});

Deno.test("nothing is recorded where warnings are not written", async () => {
  const log: string[] = [];
  const logger = new Logger({ level: "error", write: (line) => log.push(line) });
  await using world = await World.start(flow(500), { logger });
  assertEquals((await world.fetch("/")).status, 500);
  const unit = [...world.runtime.loader.table.units()].find(({ unit }) => unit.spec.name === "broken")!;
  const [draft] = (unit.unit as unknown as { drafts: { definition: { body: Record<string, unknown> } }[] }).drafts;
  assertEquals(draft!.definition.body.recordsErrors, undefined);
  assertEquals(log, []);
});
