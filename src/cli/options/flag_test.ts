import { assertEquals, assertThrows } from "@std/assert";
import { type Flag, parseFlags, UsageError } from "./flag.ts";

const FLAGS: Flag[] = [
  { name: "file", short: "f", type: "list", value: "FILE", summary: "" },
  { name: "store", type: "string", value: "STORE", summary: "" },
  { name: "format", type: "string", choices: ["text", "json"], summary: "" },
  { name: "executors", type: "number", value: "N", min: 1, summary: "" },
  { name: "strict", type: "boolean", setting: true, summary: "" },
  { name: "dry-run", type: "boolean", summary: "" },
];

function flags(...args: string[]) {
  return parseFlags(args, FLAGS).flags;
}

function rejected(...args: string[]): string {
  return assertThrows(() => parseFlags(args, FLAGS), UsageError).message;
}

Deno.test("a flag takes its value after = or as the next word", () => {
  assertEquals(flags("--store", "a.db"), { store: "a.db" });
  assertEquals(flags("--store=a.db"), { store: "a.db" });
  assertEquals(flags("--store=a=b"), { store: "a=b" });
  assertEquals(flags("-f", "x"), { file: ["x"] });
  assertEquals(flags("-fx"), { file: ["x"] });
});

Deno.test("a list is collected; the last value of another flag wins", () => {
  assertEquals(flags("-f", "a", "--file", "b", "-f=c"), { file: ["a", "b", "c"] });
  assertEquals(flags("--store", "a", "--store", "b"), { store: "b" });
});

Deno.test("a string that looks like a number remains a string", () => {
  assertEquals(flags("--store", "007"), { store: "007" });
  assertEquals(parseFlags(["1e3", "0x10"], FLAGS).args, ["1e3", "0x10"]);
});

Deno.test("a number is a whole number within its range", () => {
  assertEquals(flags("--executors", "4"), { executors: 4 });
  for (const text of ["0", "-1", "1.5", "four", "1e3", "99999999999999999999"]) {
    assertEquals(
      rejected(`--executors=${text}`),
      `invalid --executors ${JSON.stringify(text)}: expected a whole number of at least 1`,
    );
  }
});

Deno.test("a choice is one of the allowed values", () => {
  assertEquals(flags("--format", "json"), { format: "json" });
  assertEquals(rejected("--format", "xml"), 'invalid --format "xml": expected text or json');
});

Deno.test("a boolean does not consume the next word", () => {
  assertEquals(parseFlags(["--strict", "a"], FLAGS), { flags: { strict: true }, args: ["a"] });
});

Deno.test("only a setting can be negated", () => {
  assertEquals(flags("--no-strict"), { strict: false });
  assertEquals(rejected("--no-dry-run"), "unknown flag --no-dry-run; did you mean --dry-run?");
});

Deno.test("- is an argument or a value", () => {
  assertEquals(parseFlags(["-"], FLAGS), { flags: {}, args: ["-"] });
  assertEquals(flags("-f", "-"), { file: ["-"] });
  assertEquals(flags("--file", "-"), { file: ["-"] });
});

Deno.test("everything after -- is an argument", () => {
  assertEquals(parseFlags(["a", "--", "--store", "-f"], FLAGS), { flags: {}, args: ["a", "--store", "-f"] });
});

Deno.test("a missing value is an error that says what is expected", () => {
  assertEquals(rejected("--store"), "missing value of --store: expected STORE");
  assertEquals(rejected("--store="), "missing value of --store: expected STORE");
  assertEquals(rejected("--format"), "missing value of --format: expected text or json");
  assertEquals(rejected("-f"), "missing value of --file: expected FILE");
});

Deno.test("an unknown flag suggests the nearest", () => {
  assertEquals(rejected("--stor", "x"), "unknown flag --stor; did you mean --store?");
  assertEquals(rejected("--dryrun"), "unknown flag --dryrun; did you mean --dry-run?");
  assertEquals(rejected("--stor=x"), "unknown flag --stor; did you mean --store?");
  assertEquals(rejected("--zzzzzz"), "unknown flag --zzzzzz");
  assertEquals(rejected("-z"), "unknown flag -z");
});
