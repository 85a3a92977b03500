/**
 * How long a move of head takes to be seen by another program on a PostgreSQL store, and to be saved.
 *
 *     deno run -A bench/store.ts [MOVES]
 */
import { openStore } from "../src/store/mod.ts";
import { PostgresServer } from "../tests/support/postgres_server.ts";

const moves = Number(Deno.args[0] ?? 500);
await using server = await PostgresServer.start({ settings: { fsync: "on" } });
await using writer = await openStore(server.url());
await using reader = await openStore(server.url());
const began = new Map<number, number>();
const saved: number[] = [];
const seen: number[] = [];
const stop = new AbortController();
const watching = (async () => {
  for await (const { version } of reader.history.watch(0, stop.signal)) {
    seen.push(performance.now() - began.get(version)!);
    if (seen.length === moves) return;
  }
})();
await new Promise((resolve) => setTimeout(resolve, 500));
for (let base = 0; base < moves; base++) {
  began.set(base + 1, performance.now());
  await writer.history.save({ base, operations: [] });
  saved.push(performance.now() - began.get(base + 1)!);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
await watching;
for (const [name, times] of [["saved", saved], ["seen by another", seen]] as const) {
  times.sort((a, b) => a - b);
  const at = (part: number) => `${times[Math.floor((times.length - 1) * part)]!.toFixed(1)} ms`;
  console.log(`${name.padEnd(16)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)}`);
}
