import { assertEquals, assertThrows } from "@std/assert";
import { type Flag, readFlags, UsageError } from "./flag.ts";

const FLAGS: Flag[] = [
  { name: "file", short: "f", type: "list", value: "FILE", summary: "" },
  { name: "store", type: "text", value: "STORE", summary: "" },
  { name: "format", type: "text", choices: ["text", "json"], summary: "" },
  { name: "executors", type: "number", value: "N", least: 1, summary: "" },
  { name: "strict", type: "flag", setting: true, summary: "" },
  { name: "dry-run", type: "flag", summary: "" },
];

function given(...args: string[]) {
  return readFlags(args, FLAGS).given;
}

function refused(...args: string[]): string {
  return assertThrows(() => readFlags(args, FLAGS), UsageError).message;
}

Deno.test("a flag takes its value with = or as the next word", () => {
  assertEquals(given("--store", "a.db"), { store: "a.db" });
  assertEquals(given("--store=a.db"), { store: "a.db" });
  assertEquals(given("--store=a=b"), { store: "a=b" });
  assertEquals(given("-f", "x"), { file: ["x"] });
  assertEquals(given("-fx"), { file: ["x"] });
});

Deno.test("a list is collected, of another flag the last one counts", () => {
  assertEquals(given("-f", "a", "--file", "b", "-f=c"), { file: ["a", "b", "c"] });
  assertEquals(given("--store", "a", "--store", "b"), { store: "b" });
});

Deno.test("what looks like a number stays text where text is meant", () => {
  assertEquals(given("--store", "007"), { store: "007" });
  assertEquals(readFlags(["1e3", "0x10"], FLAGS).rest, ["1e3", "0x10"]);
});

Deno.test("a number is a whole number within its bounds", () => {
  assertEquals(given("--executors", "4"), { executors: 4 });
  for (const text of ["0", "-1", "1.5", "four", "1e3", "99999999999999999999"]) {
    assertEquals(
      refused(`--executors=${text}`),
      `--executors is a whole number, 1 or more; it is ${JSON.stringify(text)}`,
    );
  }
});

Deno.test("a choice is one of those that there are", () => {
  assertEquals(given("--format", "json"), { format: "json" });
  assertEquals(refused("--format", "xml"), '--format is one of text, json; it is "xml"');
});

Deno.test("a flag that takes no value does not eat the next word", () => {
  assertEquals(readFlags(["--strict", "a"], FLAGS), { given: { strict: true }, rest: ["a"] });
});

Deno.test("only a flag that settings can have can be denied", () => {
  assertEquals(given("--no-strict"), { strict: false });
  assertEquals(refused("--no-dry-run"), "unknown flag --no-dry-run; did you mean --dry-run?");
});

Deno.test("- is standard input, as a word and as a value", () => {
  assertEquals(readFlags(["-"], FLAGS), { given: {}, rest: ["-"] });
  assertEquals(given("-f", "-"), { file: ["-"] });
  assertEquals(given("--file", "-"), { file: ["-"] });
});

Deno.test("behind -- everything is a word", () => {
  assertEquals(readFlags(["a", "--", "--store", "-f"], FLAGS), { given: {}, rest: ["a", "--store", "-f"] });
});

Deno.test("a flag without its value says what it needs", () => {
  assertEquals(refused("--store"), "--store needs a value: STORE");
  assertEquals(refused("--store="), "--store needs a value: STORE");
  assertEquals(refused("--format"), "--format needs a value: text|json");
  assertEquals(refused("-f"), "--file needs a value: FILE");
});

Deno.test("an unknown flag names the nearest", () => {
  assertEquals(refused("--stor", "x"), "unknown flag --stor; did you mean --store?");
  assertEquals(refused("--dryrun"), "unknown flag --dryrun; did you mean --dry-run?");
  assertEquals(refused("--stor=x"), "unknown flag --stor; did you mean --store?");
  assertEquals(refused("--zzzzzz"), "unknown flag --zzzzzz");
  assertEquals(refused("-z"), "unknown flag -z");
});
