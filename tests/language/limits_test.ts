import { assertEquals } from "@std/assert";
import { answerOf, program, run } from "./run.ts";

Deno.test("a call may have 10,000 timers, and those that are cleared do not count", () => {
  const code = `export default () => {
    const set = () => setTimeout(() => {}, 1e6);
    for (let n = 0; n < 20_000; n++) clearTimeout(set());
    const ids = Array.from({ length: 10_000 }, set);
    try { set(); } catch (error) { return [ids.length, error.name, error.message]; }
  }`;
  assertEquals(run(code), [10_000, "RangeError", "setTimeout: a call may have at most 10000 timers"]);
});

Deno.test("a call may have 10,000 operations of crypto.subtle under way", async () => {
  const snippet = program(`export default async () => {
    const digest = () => crypto.subtle.digest("SHA-256", new Uint8Array(1));
    const most = Array.from({ length: 10_000 }, digest);
    const said = await digest().then(() => "done", (error) => error.message);
    return [(await Promise.all(most)).length, /at most 10000/.test(said) || said];
  }`);
  try {
    assertEquals(await answerOf(snippet), [10_000, true]);
  } finally {
    snippet.release();
  }
});

Deno.test("the message of an error that leaves a call has 64 Ki characters at most", async () => {
  const snippet = program(`export default () => { throw new Error("x".repeat(1_000_000)); }`);
  try {
    const { message } = await answerOf(snippet) as Error;
    assertEquals([message.slice(0, 5), message.length < 64 * 1024 + 100], ["xxxxx", true]);
  } finally {
    snippet.release();
  }
});
