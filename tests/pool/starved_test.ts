import { assertEquals } from "@std/assert";
import { snippets, World } from "../runtime/world.ts";
import { serving } from "./serving.ts";

/** Starts a process that keeps a processor busy. */
function burn(): Deno.ChildProcess {
  return new Deno.Command("sh", { args: ["-c", "while :; do :; done"], stdin: "null" }).spawn();
}

Deno.test("on an overloaded machine, no executor is killed", async () => {
  const limit = 300;
  const codes = {
    // one native call, which only the watchdog could end
    native: "let numbers; const make = () => { const made = new Float64Array(1 << 22);" +
      "for (let n = 0; n < made.length; n++) made[n] = (n * 7919) % 1000003; return made };" +
      // in a call: a top level that is stopped for lack of a processor would be an error of the spec
      "export default ({ query }) => (numbers ??= make()).slice(0, Number(query.n[0])).sort().length",
    good: "export default ({ query }) => Number(query.n[0]) + 1",
  };
  await using world = await World.start(snippets(codes, { timeout: limit }));
  await serving(world);
  // as many numbers as take at least a third of the limit on an idle machine
  let numbers = 1 << 14;
  for (let took = 0; took < limit / 3 && numbers < 1 << 22;) {
    numbers *= 2;
    const began = performance.now();
    await world.fetch(`/native?n=${numbers}`);
    took = performance.now() - began;
  }
  const busy = Array.from({ length: 2 * navigator.hardwareConcurrency }, burn);
  try {
    const until = performance.now() + 3_000;
    for (let n = 0; performance.now() < until; n++) {
      const answers = await Promise.all([world.fetch(`/native?n=${numbers}`), world.fetch(`/good?n=${n}`)]);
      assertEquals(answers[1].text, String(n + 1));
    }
    assertEquals(world.runtime.pool.status().deaths, [], world.log.join("\n"));
  } finally {
    for (const child of busy) child.kill("SIGKILL");
    await Promise.all(busy.map((child) => child.status));
  }
  assertEquals((await world.fetch("/good?n=1")).text, "2");
});
