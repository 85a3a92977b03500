import { assertEquals } from "@std/assert";
import { MemoryStore } from "./memory_sessions.ts";

const session = (subject: string) => ({ subject, began: 0, seen: 0 });

Deno.test("sessions whose time is over are forgotten, and beyond the limit the one that was used longest ago", () => {
  let now = 0;
  const store = new MemoryStore(() => now, 3);
  for (const name of ["a", "b", "c"]) store.set(name, session(name), 10);
  assertEquals(store.replace("a", session("a"), 10), true);
  store.set("d", session("d"), 20);
  assertEquals([store.get("a")?.subject, store.get("b"), store.size], ["a", undefined, 3]);
  now = 10;
  assertEquals([store.get("a"), store.get("d")?.subject], [undefined, "d"]);
  store.set("e", session("e"), 30);
  assertEquals(store.size, 2);
});

Deno.test("a session that was ended meanwhile is not prolonged", () => {
  const store = new MemoryStore(() => 0);
  store.set("a", session("ada"), 10);
  store.delete("a");
  assertEquals(store.replace("a", session("ada"), 10), false);
  assertEquals(store.size, 0);
});
