import { assertEquals, assertMatch } from "@std/assert";
import { readmeAllow, Weft } from "../../tests/e2e/weft.ts";
import { eachDatabase, type TestDatabase, testDatabases } from "../../tests/support/databases.ts";
import { until } from "../../tests/support/until.ts";

async function start({ type, data }: TestDatabase, folder: string): Promise<Weft> {
  const database = type === "sqlite" ? data.file : data.url;
  return await Weft.start({
    args: [
      ...["-f", "examples/work-queue/flow.yaml", "-f", `examples/work-queue/${type}.yaml`],
      ...["--allow-private", "127.0.0.1", "-e", "PORT=0", "-e", `DATABASE=${database}`],
    ],
    allow: [`--allow-write=${folder}`, ...await readmeAllow("examples/work-queue/README.md")],
  });
}

async function send(weft: Weft, path: string, method = "GET", body?: unknown): Promise<[number, unknown]> {
  const response = await fetch(new URL(path, weft.url), {
    method,
    headers: { "content-type": "application/json" },
    ...body !== undefined && { body: JSON.stringify(body) },
  });
  const text = await response.text();
  try {
    return [response.status, JSON.parse(text)];
  } catch {
    return [response.status, text];
  }
}

testDatabases("a work queue", {
  "bills what can be billed, and keeps what cannot until somebody sends it again": eachDatabase(
    async (database, { folder }) => {
      const order = (id: string, item: string) => ({ id, customer: "ada", item });
      const ids = (list: unknown) => (list as { id: string }[]).map(({ id }) => id);
      {
        await using weft = await start(database, folder);
        assertEquals(await send(weft, "/prices/tea", "PUT", { cents: 450 }), [200, { item: "tea", cents: 450 }]);
        assertEquals((await send(weft, "/orders", "POST", { id: "x" }))[0], 400);
        const [status, first] = await send(weft, "/orders", "POST", order("1", "tea"));
        assertEquals([status, (first as { duplicate: boolean }).duplicate], [202, false]);
        const [again, second] = await send(weft, "/orders", "POST", order("1", "tea"));
        assertEquals([again, (second as { duplicate: boolean }).duplicate], [202, true]);
        assertEquals((await send(weft, "/orders", "POST", order("2", "cake")))[0], 202);
        await until("the second order is dead", async () => ids((await send(weft, "/dead"))[1]).includes("2"));
        const [, dead] = await send(weft, "/dead");
        assertMatch((dead as { error: string }[])[0]!.error, /null/i);
        // behind the one that failed, for the same customer
        for (let id = 3; id < 10; id++) {
          assertEquals((await send(weft, "/orders", "POST", order(String(id), "tea")))[0], 202);
        }
      } // the engine is killed, whatever it works on
      await using weft = await start(database, folder);
      await send(weft, "/prices/cake", "PUT", { cents: 300 });
      assertEquals((await send(weft, "/retry/nothing", "POST"))[0], 404);
      assertEquals((await send(weft, "/retry/2", "POST"))[0], 202);
      assertEquals((await send(weft, "/retry/2", "POST"))[0], 404);
      await until("all are billed", async () => ids((await send(weft, "/orders"))[1]).length === 9);
      assertEquals(ids((await send(weft, "/orders"))[1]), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
      assertEquals((await send(weft, "/dead"))[1], []);
    },
  ),
});
