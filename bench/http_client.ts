// The kind `http` beside a bare `fetch` in a loop, both to one server of another process.
//
//   deno run -A bench/http_client.ts [--seconds N]
import { parseArgs } from "@std/cli/parse-args";
import { startNode } from "@weft/weft/testing";
import { http } from "../src/kinds/http/http.ts";
import { isError } from "../src/value/mod.ts";

const SERVER = `
  const body = JSON.stringify({ hello: "world", list: [1, 2, 3] });
  const headers = { "content-type": "application/json" };
  Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, async (request) => {
    await request.text();
    return new Response(body, { headers });
  });
`;

const seconds = Number(parseArgs(Deno.args, { string: ["seconds"] }).seconds ?? 5);
const BODY = { order: 7, items: ["a", "b", "c"] };

/** Returns how often a call can be made in a second, one after another. */
async function rateOf(call: () => Promise<void>): Promise<number> {
  const began = performance.now();
  const end = began + seconds * 1000;
  let calls = 0;
  while (performance.now() < end) {
    await call();
    calls++;
  }
  return calls / ((performance.now() - began) / 1000);
}

const server = new Deno.Command(Deno.execPath(), { args: ["eval", SERVER], stdout: "piped" }).spawn();
try {
  const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  reader.releaseLock();
  const url = `http://127.0.0.1:${port}/`;
  const client = Deno.createHttpClient({});
  await using node = await startNode(http, { url }, { allowPrivate: ["all"], linked: [] });
  const calls: Record<string, [bare: () => Promise<void>, kind: () => Promise<void>]> = {
    GET: [
      async () => void await (await fetch(url, { client })).json(),
      async () => check(await node.send(null)),
    ],
    POST: [
      async () =>
        void await (await fetch(url, {
          client,
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(BODY),
        })).json(),
      async () => check(await node.send(BODY)),
    ],
  };
  for (const [name, [bare, kind]] of Object.entries(calls)) {
    for (let warm = 0; warm < 500; warm++) {
      await bare();
      await kind();
    }
    // in turns, so that other work on the machine meets both
    const rates: number[][] = [[], []];
    for (let round = 0; round < 3; round++) {
      rates[0]!.push(await rateOf(bare));
      rates[1]!.push(await rateOf(kind));
    }
    const [fetched, sent] = rates.map((of) => of.toSorted((a, b) => a - b)[1]!) as [number, number];
    console.log(
      `${name.padEnd(5)} fetch ${fetched.toFixed(0)}/s   http ${sent.toFixed(0)}/s   ${(sent / fetched).toFixed(2)}`,
    );
  }
  client.close();
} finally {
  server.kill();
  await server.status;
}

function check(answer: unknown): void {
  if (isError(answer)) throw answer;
}
