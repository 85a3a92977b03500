import { assertEquals, assertRejects } from "@std/assert";
import { type AddressKeeper, takeOver } from "./address_keeper.ts";

const hostname = "127.0.0.1";

/** A keeper that gives up a port when a test says so. */
function keeper(): AddressKeeper & { give(): void; asked: number[]; told: string[] } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked: number[] = [];
  const told: string[] = [];
  return {
    asked,
    told,
    give: resolve,
    vacate(port) {
      asked.push(port);
      return promise;
    },
    bound: (hostname, port) => void told.push(`bound ${hostname}:${port}`),
    released: () => {},
  };
}

/** Binds a port as a server does. */
function bind(port: number): { hostname: string; port: number; close(): void } {
  const listener = Deno.listen({ hostname, port });
  return { hostname, port: listener.addr.port, close: () => listener.close() };
}

Deno.test("a port is bound as soon as it is free, before anyone says so", async () => {
  const held = bind(0);
  const keeping = keeper();
  const taken = takeOver(keeping, held.port, () => bind(held.port));
  held.close();
  const server = await taken;
  assertEquals([keeping.asked, keeping.told], [[held.port], [`bound ${hostname}:${held.port}`]]);
  server.close();
});

Deno.test("a port that is in use although it was given up is an error", async () => {
  const held = bind(0);
  const keeping = keeper();
  const taken = takeOver(keeping, held.port, () => bind(held.port));
  keeping.give();
  await assertRejects(() => taken, Deno.errors.AddrInUse);
  assertEquals(keeping.told, []);
  held.close();
});

Deno.test("any free port is asked of nobody", async () => {
  const keeping = keeper();
  const server = await takeOver(keeping, 0, () => bind(0));
  assertEquals([keeping.asked, keeping.told], [[], [`bound ${hostname}:${server.port}`]]);
  server.close();
});
