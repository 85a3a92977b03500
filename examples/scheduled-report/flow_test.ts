import { assertEquals, assertMatch } from "@std/assert";
import { apply, Logger, Runtime } from "@weft/weft";
import { TestClock } from "@weft/weft/testing";
import { DatabaseSync } from "node:sqlite";
import { MailServer } from "../../tests/support/mail_server.ts";
import { until } from "../../tests/support/until.ts";

const FLOW = await Deno.readTextFile(new URL("flow.yaml", import.meta.url));

/** Ten seconds before seven on a Monday in Berlin. */
const BEGIN = Date.UTC(2026, 0, 5, 5, 59, 50);

Deno.test("the report of the week is sent on Monday, again until it is taken, and by one of two engines", async () => {
  const folder = await Deno.makeTempDir();
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
  let tries = 0;
  await using server = await MailServer.start({ reject: () => ++tries === 1 ? "come back later" : undefined });
  const clock = new TestClock({ now: BEGIN });
  const start = async () => {
    const runtime = await Runtime.start({
      store: `${folder}/registry.db`,
      clock,
      logger: new Logger({ write: () => {} }),
      executors: 1,
      heartbeat: 50,
      allowPrivate: ["127.0.0.1"],
      env: {
        PORT: "0",
        DATABASE: `${folder}/orders.db`,
        MAIL_HOST: "127.0.0.1",
        MAIL_PORT: String(server.port),
        MAIL_SECURITY: "none",
        MAIL_TO: "owner@shop.example",
      },
    });
    await apply(runtime, FLOW);
    return runtime;
  };
  await using first = await start();
  await using second = await start();
  const engines = [first, second];
  /** Moves the clock on until something holds, not so fast that a lease ends while the store renews it. */
  const advanceUntil = (what: string, holds: () => boolean) =>
    until(what, async () => {
      await clock.advance(2_500);
      for (let call = 0; call < 10; call++) {
        await Promise.all(engines.map((runtime) => runtime.store.meta.get("none")));
      }
      return holds();
    });

  {
    using database = new DatabaseSync(`${folder}/orders.db`);
    const insert = database.prepare("INSERT INTO orders (item, cents, ordered) VALUES (?, ?, ?)");
    insert.run("tea", 450, "2025-12-31T12:00:00.000Z");
    insert.run("tea", 450, "2026-01-04T23:59:59.000Z");
    insert.run('=cake, "fresh"', 300, "2026-01-01T00:00:00.000Z");
    insert.run("tea", 450, "2025-12-29T05:59:59.000Z"); // the week before
  }

  await advanceUntil("the mail was rejected", () => tries === 1);
  assertEquals(clock.now() >= Date.UTC(2026, 0, 5, 6), true);
  const rejectedAt = clock.now();
  await advanceUntil("it is taken", () => server.taken.length > 0);
  assertEquals(clock.now() - rejectedAt >= 60_000, true);

  const [mail] = server.taken;
  assertEquals([mail!.from, mail!.to], ["reports@shop.example", ["owner@shop.example"]]);
  assertMatch(mail!.text, /^Subject: Orders from 2025-12-29 to 2026-01-05\r$/m);
  assertMatch(mail!.text, /Orders of 12\.00 euros are attached\./);
  const base64 = /filename=orders-2026-01-05\.csv\r\n\r\n([\w+/=\r\n]+)\r\n--/.exec(mail!.text)![1]!;
  assertEquals(
    new TextDecoder().decode(Uint8Array.fromBase64(base64)),
    'item,orders,cents\r\n"\'=cake, ""fresh""",1,300\r\ntea,2,900\r\n',
  );

  const end = clock.now() + 30_000;
  await advanceUntil("half a minute has passed", () => clock.now() >= end);
  assertEquals([server.taken.length, tries], [1, 2]);

  const [url] = await second.urls();
  const post = async (body: unknown) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(new URL("/orders", url), { method: "POST", body: JSON.stringify(body), headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await post({ item: "", cents: 1 }), await post({ item: "coffee", cents: 380 })], [400, 200]);
  const report = await fetch(new URL("/report.csv", url));
  assertEquals(report.headers.get("content-type"), "text/csv; charset=utf-8");
  assertEquals(await report.text(), "item,orders,cents\r\ncoffee,1,380\r\n");
});
