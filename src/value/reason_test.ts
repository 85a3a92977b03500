import { assertEquals } from "@std/assert";
import { failure, reasonOf } from "./mod.ts";

Deno.test("an error is told with what is behind it", () => {
  const error = failure("the store cannot be opened", {
    cause: failure("the disk is full", { cause: "not an error" }),
  });
  assertEquals(reasonOf(error), "the store cannot be opened: the disk is full");
});

Deno.test("nothing is told twice, nor who refused, nor that whoever asked is to blame", () => {
  const why = failure("it is in use", { cause: failure("invalid argument") });
  const located = failure("web: it is in use", { cause: why });
  assertEquals(reasonOf(failure("the loader rejected web", { code: "rejected", cause: located })), "web: it is in use");
});

Deno.test("something is told whatever the error is", () => {
  assertEquals(reasonOf(failure("refused", { code: "rejected" })), "refused");
  assertEquals(reasonOf(failure("invalid argument")), "invalid argument");
});

Deno.test("a cycle of causes ends", () => {
  const error = failure("a");
  error.cause = failure("b", { cause: error });
  assertEquals(reasonOf(error), "a: b");
});

Deno.test("of a permission that is missing, the flag is told once, also where another message repeats what Deno says", () => {
  const cause = new Deno.errors.NotCapable('Requires net access to "a:80", run again with the --allow-net flag');
  const flag = "add --allow-net=a:80 to WEFT_ALLOW, or to the flags of deno run";
  const explained = `missing permission to use the address "a:80": ${flag}`;
  assertEquals(reasonOf(cause), explained);
  assertEquals(reasonOf(failure("web: no", { cause })), `web: no: ${explained}`);
  assertEquals(reasonOf(failure(`web: ${cause.message}`, { cause })), `web: ${explained}`);
});
