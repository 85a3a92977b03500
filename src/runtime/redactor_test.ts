import { assertEquals } from "@std/assert";
import { failure } from "../value/mod.ts";
import { redactedTrace, Redactor } from "./redactor.ts";

Deno.test("secrets are taken out of texts, in JSON, in URLs and where they were cut", () => {
  const redactor = new Redactor();
  assertEquals(redactor.redact("nothing"), "nothing");
  const long = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----";
  for (const secret of ["s3cret", "s3cret-2", 'a"b c/d', long, "short"]) redactor.add(secret);
  const table: [text: string, told: string][] = [
    ["is s3cret, and s3cret-2 too", "is ***, and *** too"],
    [JSON.stringify({ p: 'a"b c/d' }), '{"p":"***"}'],
    ["https://x.example/?p=a%22b%20c%2Fd&q=a%22b+c%2Fd", "https://x.example/?p=***&q=***"],
    [`key ${long}!`, "key ***!"],
    [`key ${JSON.stringify(long)}`, 'key "***"'],
    ["short stays", "short stays"],
  ];
  for (const [text, told] of table) assertEquals(redactor.redact(text), told, text);
  const token = "tok-abcdefghijklmnopqrstuvwxyz0123456789";
  redactor.add(token);
  assertEquals(redactor.redact(`"${token.slice(0, 30)}..."`), '"***"');
});

Deno.test("secrets are taken out of errors and their causes", () => {
  const redactor = new Redactor();
  redactor.add("s3cret");
  const cause = failure("cannot log in with s3cret");
  const error = redactor.redactError(failure("no s3cret here", { cause }));
  assertEquals([error.message, cause.message], ["no *** here", "cannot log in with ***"]);
  assertEquals([error, cause].some(({ stack }) => stack!.includes("s3cret")), false);
});

Deno.test("what is told of packets has no secrets", () => {
  const redactor = new Redactor();
  redactor.add("hunter22");
  const told: string[] = [];
  const traced = redactedTrace(({ payload }) => told.push(payload), redactor);
  traced?.({ to: "login.in", payload: '{"password":"hunter22"}' });
  assertEquals(told, ['{"password":"***"}']);
  assertEquals(redactedTrace(undefined, redactor), undefined);
});
