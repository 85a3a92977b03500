import { assertEquals, assertMatch } from "@std/assert";
import { Logger } from "../../runtime/log/mod.ts";
import { Supervisor } from "./supervisor.ts";

/** Supervises programs of some lines. @returns The exit code, the log, and what the programs have written. */
async function supervise(script: string): Promise<{ code: number; log: string[]; lines: string[] }> {
  const log: string[] = [];
  const lines: string[] = [];
  const logger = new Logger({ write: (line) => log.push(line.replace(/^\S+ /, "")) });
  const command = { program: Deno.execPath(), args: ["eval", "--no-config", script] };
  const code = await new Supervisor({ command, input: undefined, logger, write: (line) => lines.push(line) }).run();
  return { code, log, lines };
}

Deno.test("a program that ends with a code before it has served is not started again", async () => {
  const { code, log, lines } = await supervise("console.error('no such flag'); Deno.exit(2)");
  assertEquals([code, log, lines], [2, [], ["no such flag"]]);
});

Deno.test("a program that crashes before it has served is started three times", async () => {
  const { code, log, lines } = await supervise("console.error('begun'); Deno.kill(Deno.pid, 'SIGABRT')");
  assertEquals([code, lines], [134, ["begun", "begun", "begun"]]);
  assertEquals(log.length, 3);
  assertMatch(
    log[0]!,
    /^error the engine \(process \d+\) has ended after .* s: it crashed with SIGABRT; its last words: begun/,
  );
  const next = log.map((line) => line.split("; ").at(-1));
  assertEquals(next, ["starting it again", "starting it again in 0.1 s", "giving up: it has never served, 3 times"]);
});

Deno.test("a program that has served is started again whatever it ends with", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // the first ends with a code after it has served, the second before, and the third tells the supervisor to end
    const { code, log } = await supervise(`
      const { token } = JSON.parse(Deno.env.get("WEFT_SUPERVISED"));
      const served = () => Deno.stderr.writeSync(new TextEncoder().encode("\\0" + token + '{"type":"serving"}\\0'));
      const starts = [...Deno.readDirSync("${folder}")].length;
      Deno.writeTextFileSync("${folder}/" + starts, "");
      if (starts === 0) { served(); Deno.exit(0); }
      if (starts === 1) Deno.exit(1);
      Deno.addSignalListener("SIGTERM", () => Deno.exit(3));
      served();
      Deno.kill(${Deno.pid}, "SIGTERM");
      setTimeout(() => {}, 60_000);
    `);
    assertEquals(code, 3);
    assertEquals(log.length, 4, log.join("\n"));
    assertMatch(log[0]!, /the engine serves, as process/);
    assertMatch(log[1]!, /it ended with code 0; starting it again$/);
    assertMatch(log[2]!, /it ended with code 1; starting it again in 0.1 s$/);
    assertMatch(log[3]!, /info {2}the engine serves again, as process \d+, after \d+ ms/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
