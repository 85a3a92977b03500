/**
 * Runs 1,000 tests of small workflows in 20 files, as `weft test` does, and prints how long that takes.
 *
 *     deno run -A bench/flow_tests.ts [TESTS]
 */
import { runFile } from "../src/testing/flow/mod.ts";

const FILES = 20;
const tests = Number(Deno.args[0] ?? 1_000);

const SPECS = `
- kind: listener
  name: web
  port: 8000
  links: { out: [{ name: router, port: in }] }
- kind: router
  name: router
  routes: [{ method: POST, path: /orders, port: "out[0]" }]
  links: { "out[0]": [{ name: price, port: in }] }
- kind: snippet
  name: price
  language: javascript
  code: |
    export default ({ body }) => ({ body: { amount: body.n * 10 } });
  links: { out: [{ name: again, port: in }] }
- { kind: retry, name: again, attempts: 3, delay: 1s, links: { out: [{ name: charge, port: in }] } }
- kind: http
  name: charge
  url: https://pay.example.com
  method: POST
  links: { out: [{ name: done, port: in }] }
- { kind: snippet, name: done, language: cel, code: '{"status": 201, "body": {"id": self.body.id}}' }
`;

const folder = await Deno.makeTempDir({ prefix: "weft-" });
try {
  await Deno.writeTextFile(`${folder}/shop.yaml`, SPECS);
  for (let file = 0; file < FILES; file++) {
    const cases = Array.from({ length: tests / FILES }, (_, index) => ({
      name: `order ${index}`,
      send: { to: "web", request: { path: "/orders", method: "POST", body: { n: index } } },
      mocks: [{
        node: "charge",
        when: `self.body.amount == ${index * 10}`,
        answers: [{ timeout: true }, { payload: { status: 200, body: { id: `c${index}` } } }],
      }],
      expect: { answer: { status: 201, body: { id: `c${index}` } }, calls: { charge: 2 }, clock: { atLeast: "1s" } },
    }));
    await Deno.writeTextFile(`${folder}/${file}_test.json`, JSON.stringify({ specs: "shop.yaml", tests: cases }));
  }
  const began = performance.now();
  let passed = 0;
  for (let file = 0; file < FILES; file++) {
    const result = await runFile(`${folder}/${file}_test.json`);
    passed += result.tests.filter(({ status }) => status === "passed").length;
    if (file === 0 && passed < tests / FILES) console.log(JSON.stringify(result).slice(0, 1_000));
  }
  const seconds = (performance.now() - began) / 1_000;
  console.log(
    `${passed} of ${tests} tests passed in ${seconds.toFixed(2)} s, ${
      (seconds / tests * 1e3).toFixed(2)
    } ms each (target: below 10 s)`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}
