import { assert, assertEquals } from "@std/assert";
import { until } from "../support/until.ts";

// `weft start` whose standard error or output cannot be written, or that nobody reads.

const ROOT = new URL("../../", import.meta.url).pathname;

const flow = (port: number) =>
  JSON.stringify([
    { kind: "listener", name: "web", port, links: { out: [{ name: "router", port: "in" }] } },
    {
      kind: "router",
      name: "router",
      routes: ["throws", "logs", "node"].map((name, index) => ({ path: `/${name}`, port: `out[${index}]` })),
      links: Object.fromEntries(
        ["throws", "logs", "node"].map((name, index) => [`out[${index}]`, [{ name, port: "in" }]]),
      ),
    },
    {
      kind: "snippet",
      name: "throws",
      language: "javascript",
      code: "export default () => { throw new Error('x'.repeat(2000)); }",
    },
    {
      kind: "snippet",
      name: "logs",
      language: "javascript",
      code: "export default () => { console.log('y'.repeat(2000)); return 'logged'; }",
    },
    { kind: "log", name: "node", message: "passed" },
  ]);

/** A port that is free now: what the program prints cannot be read. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Starts the command by a shell, which redirects its streams, and waits until it answers. */
async function started(redirect: string): Promise<{ child: Deno.ChildProcess; folder: string; url: string }> {
  const folder = Deno.makeTempDirSync({ prefix: "weft-output-" });
  const port = freePort();
  Deno.writeTextFileSync(`${folder}/flow.json`, flow(port));
  const command = `"${Deno.execPath()}" run -A --no-check --quiet main.ts start -f ${folder}/flow.json --executors 1`;
  const child = new Deno.Command("sh", {
    args: ["-c", `exec ${command} ${redirect}`],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(
      "it answers",
      () => fetch(`${url}/node`).then((answer) => answer.body?.cancel()).then(() => true, () => false),
    );
  } catch (error) {
    child.kill("SIGKILL");
    await child.output();
    throw error;
  }
  return { child, folder, url };
}

async function exercise(url: string, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const answers = await Promise.all(["throws", "logs", "node"].map(async (path) => {
      const response = await fetch(`${url}/${path}`, { signal: AbortSignal.timeout(30_000) });
      await response.body?.cancel();
      return response.status;
    }));
    assertEquals(answers, [500, 200, 200]);
  }
}

const isLinux = Deno.build.os === "linux";

for (
  const [name, redirect] of [
    ["standard error on a full disk", "2>/dev/full"],
    ["both outputs on a full disk", ">/dev/full 2>&1"],
    ["both outputs closed", ">&- 2>&-"],
  ] as const
) {
  Deno.test({
    name: `the engine goes on with ${name}, and stops well`,
    ignore: !isLinux, // there is /dev/full
    async fn() {
      const { child, folder, url } = await started(redirect);
      await exercise(url, 20);
      child.kill("SIGTERM");
      const { code } = await child.output();
      assertEquals(code, 0);
      Deno.removeSync(folder, { recursive: true });
    },
  });
}

Deno.test({
  name: "the engine goes on while nobody reads its log, and tells what was dropped once somebody does",
  ignore: !isLinux, // there is /dev/full
  async fn() {
    const { child, folder, url } = await started("--log-limit 0");
    // the pipe takes 64 KiB and the queue 1 MiB
    await exercise(url, 400);
    let text = "";
    const reading = (async () => {
      for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) text += part;
    })();
    await exercise(url, 2);
    await until("it is told", () => /warn {2}\d+ lines of the log could not be written/.test(text));
    child.kill("SIGTERM");
    await reading;
    const { code } = await child.status;
    assertEquals(code, 0);
    assert(text.trimEnd().split("\n").every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z (info|warn|error) /.test(line)));
    Deno.removeSync(folder, { recursive: true });
  },
});
