import { assert, assertEquals } from "@std/assert";
import { snippets } from "../runtime/world.ts";
import { until } from "../support/until.ts";
import { Weft } from "./weft.ts";

// What V8 cannot carry out: only the process that asks for it fails. The engine runs in a program of its own, because V8
// would end it.

/** Each fails at once, in its own realm. */
const GUARDED = [
  "Array.prototype.sort.call({ length: 2e8 })",
  "Array(2e8).sort()",
  "Array.prototype.toSorted.call({ length: 2e8 })",
  "Array.prototype.toSorted.call(new Proxy([], { get: (list, key) => key === 'length' ? 2e8 : undefined }))",
  "'a'.repeat(2e8).split('')",
  "'a'.repeat(2e8).split('a')",
  "'a'.repeat(5e8).split('', 4e9)",
  "'a'.repeat(2e8).split(/a/)",
  "'a'.repeat(5e8).match(/a/g)",
  "'a'.repeat(2e8).replace(/a/g, () => 'b')",
  "'ab'.repeat(1e8).replaceAll(/a(.)/g, '$1')",
  "[...'a'.repeat(5e8).matchAll(/a/g)]",
  "JSON.parse('[' + '1,'.repeat(2e8) + '1]')",
];

/** Each is stopped, or killed with its thread, or fails by itself. */
const ENDLESS = [
  "JSON.parse('['.repeat(5e6))",
  "Array.from({ length: 2e8 })",
  "[...'a'.repeat(2e8)]",
  "Array(1e9).fill(1)",
  "'a'.repeat(2e8).replace(/a/g, () => 'b')",
  "new Uint8Array(2e8).toSorted((a, b) => b - a)",
  "'\\ufdfa'.repeat(2e7).normalize('NFKD')",
  "Object.keys('a'.repeat(2e8))",
  "new Intl.Collator().compare('ä'.repeat(2e8), 'ä'.repeat(2e8))",
];

Deno.test("sizes that V8 cannot carry out end only their own process", async (t) => {
  const all = [...GUARDED, ...ENDLESS];
  const codes = Object.fromEntries(all.map((code, n) => [`n${n}`, `export default () => { ${code}; return "done" }`]));
  await using server = await Weft.start({
    args: ["-f", "-", "--executors", "1"],
    input: snippets({ ...codes, good: "export default ({ query }) => query.n[0]" }),
  });
  for (const [at, code] of all.entries()) {
    await t.step(code, async () => {
      const bad = fetch(`${server.url}/n${at}`);
      const good = Array.from({ length: 15 }, async (_, n) => {
        const response = await fetch(`${server.url}/good?n=${n}`);
        return await response.text();
      });
      const { status, body } = await bad;
      await body?.cancel();
      assertEquals(status, 500);
      const neighbours = await Promise.all(good);
      if (at < GUARDED.length) {
        assertEquals(neighbours, neighbours.map((_, n) => String(n)));
        const line = await server.line(server.err, new RegExp(`> n${at}: `));
        assert(/: invalid length \d+ of the (list|string): expected at most 100000000/.test(line), line);
      }
      // the program lives, and answers again
      await until("the next request is answered", async () => {
        const response = await fetch(`${server.url}/good?n=after`);
        return await response.text() === "after";
      });
    });
  }
});
