import { assert, assertEquals } from "@std/assert";
import { until } from "../../../tests/support/until.ts";
import { type Address, StandIn } from "./stand_in.ts";

const hostname = "127.0.0.1";

/** Returns addresses that are free. */
function freeAddresses(count: number): Address[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname, port: 0 }));
  return listeners.map((listener) => {
    const { port } = listener.addr;
    listener.close();
    return { hostname, port };
  });
}

/** Asks for anything. @returns The status; undefined if nobody listens. */
async function ask({ port }: Address, init: RequestInit = {}): Promise<Response | undefined> {
  try {
    const response = await fetch(`http://${hostname}:${port}/any`, init);
    await response.body?.cancel();
    return response;
  } catch {
    return undefined;
  }
}

Deno.test("a stand-in answers 503 to everything, and gives up one port or all", async () => {
  const [one, two] = freeAddresses(2) as [Address, Address];
  const standIn = new StandIn();
  await standIn.cover([one, two, one]);
  for (const init of [{}, { method: "HEAD" }, { method: "POST", body: "x".repeat(2_000_000) }]) {
    const response = await ask(one, init);
    assertEquals(response?.status, 503);
    assertEquals(response?.headers.get("retry-after"), "1");
    assertEquals(response?.headers.get("connection"), "close");
  }
  // an idle connection does not hold the port
  const idle = await Deno.connect(one);
  await standIn.vacate(one.port);
  Deno.listen(one).close();
  idle.close();
  assertEquals((await ask(two))?.status, 503);
  await standIn.close();
  assertEquals(await ask(two), undefined);
});

Deno.test("an address that is still in use is covered once it is free, or left out", async () => {
  const [one, two] = freeAddresses(2) as [Address, Address];
  const standIn = new StandIn();
  const [soon, never] = [Deno.listen(one), Deno.listen(two)];
  const covered = standIn.cover([one, two]);
  soon.close();
  await covered;
  assertEquals((await ask(one))?.status, 503);
  never.close();
  await standIn.close();
  await until("all is given up", async () => await ask(one) === undefined);
  assert(await ask(two) === undefined);
});
