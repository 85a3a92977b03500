import { assertEquals, assertMatch } from "@std/assert";
import { unavailable, unstartable } from "./executor_command.ts";

Deno.test("why executors cannot be programs is told before one is started", () => {
  assertEquals(unavailable([]), undefined);
  assertMatch(unavailable([], true)!, /^a compiled weft cannot .*--isolation thread$/);
  assertMatch(unstartable([], true)!, /^a compiled weft cannot [^,]*: run it with deno$/);
  assertMatch(unavailable([new URL("file:///a,b/c.ts")])!, /path with a comma: \/a,b\/c\.ts$/);
});

Deno.test({
  name: "a permission that is missing is named by its flag",
  permissions: { run: false, read: true, env: true, write: true },
  fn: () =>
    assertEquals(
      unavailable([]),
      `it needs --allow-run=${Deno.execPath()}: add this to WEFT_ALLOW, or to the flags of deno run`,
    ),
});
