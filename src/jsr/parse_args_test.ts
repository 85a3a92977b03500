import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

// what the real package returns for the same calls
const CASES: {
  name: string;
  args: string[];
  options?: Parameters<typeof parseArgs>[1];
  want: Record<string, unknown>;
}[] = [
  {
    name: "options and arguments",
    args: ["--foo", "--bar=baz", "./quux.txt"],
    want: { foo: true, bar: "baz", _: ["./quux.txt"] },
  },
  {
    name: "booleans are false when absent",
    args: ["x"],
    options: { boolean: ["dev", "strict"] },
    want: { dev: false, strict: false, _: ["x"] },
  },
  {
    name: "a boolean takes no value",
    args: ["--dev", "x"],
    options: { boolean: "dev" },
    want: { dev: true, _: ["x"] },
  },
  {
    name: "a string stays a string",
    args: ["--base", "007"],
    options: { string: ["base"] },
    want: { base: "007", _: [] },
  },
  {
    name: "a string without a value is empty",
    args: ["--base"],
    options: { string: ["base"] },
    want: { base: "", _: [] },
  },
  {
    name: "a string does not take an option as its value",
    args: ["--base", "-x"],
    options: { string: ["base"] },
    want: { base: "", x: true, _: [] },
  },
  {
    name: "a lone - is the value of a letter",
    args: ["-f", "-"],
    options: { string: ["f"] },
    want: { f: "-", _: [] },
  },
  {
    name: "a lone - is not the value of a long option",
    args: ["--file", "-"],
    options: { string: ["file"] },
    want: { file: "", _: ["-"] },
  },
  {
    name: "an empty argument is not a value",
    args: ["--message", "", "x"],
    options: { string: ["message"] },
    want: { message: "", _: ["", "x"] },
  },
  { name: "the last value wins", args: ["--a", "1", "--a", "2"], options: { string: ["a"] }, want: { a: "2", _: [] } },
  {
    name: "collected options are a list",
    args: ["-f", "a", "-f", "b", "--env=X=1"],
    options: { string: ["f", "env"], collect: ["f", "env"] },
    want: { f: ["a", "b"], env: ["X=1"], _: [] },
  },
  {
    name: "absent collected options are an empty list",
    args: [],
    options: { string: ["f"], collect: ["f"] },
    want: { f: [], _: [] },
  },
  {
    name: "every alias is set",
    args: ["-f", "a"],
    options: { string: ["file"], collect: ["file"], alias: { file: "f" } },
    want: { f: ["a"], file: ["a"], _: [] },
  },
  {
    name: "defaults",
    args: ["--a", "1"],
    options: { string: ["a", "b"], default: { a: "x", b: "y", c: [1, 2] } },
    want: { a: "1", b: "y", c: [1, 2], _: [] },
  },
  {
    name: "negatable options",
    args: ["--no-wait", "x"],
    options: { boolean: ["wait"], negatable: ["wait"], default: { wait: true } },
    want: { wait: false, _: ["x"] },
  },
  {
    name: "a name that begins with no-",
    args: ["--no-wait", "x"],
    options: { boolean: ["no-wait"] },
    want: { "no-wait": true, _: ["x"] },
  },
  {
    name: "arguments after --",
    args: ["a", "--", "--b", "c"],
    options: { "--": true },
    want: { _: ["a"], "--": ["--b", "c"] },
  },
  {
    name: "arguments after -- are added to the others by default",
    args: ["a", "--", "--b"],
    want: { _: ["a", "--b"] },
  },
  {
    name: "stops early",
    args: ["--dev", "start", "--no-x", "-f", "y"],
    options: { boolean: ["dev"], stopEarly: true },
    want: { dev: true, _: ["start", "--no-x", "-f", "y"] },
  },
  { name: "numbers", args: ["--n", "5", "7"], want: { n: 5, _: [7] } },
  { name: "arguments as strings", args: ["7"], options: { string: ["_"] }, want: { _: ["7"] } },
  { name: "grouped letters", args: ["-abc"], want: { a: true, b: true, c: true, _: [] } },
  { name: "names of object properties", args: ["x", "--constructor"], want: { _: ["x"] } },
];

for (const { name, args, options, want } of CASES) {
  Deno.test(`parseArgs: ${name}`, () => {
    assertEquals<unknown>({ ...parseArgs(args, options) }, want);
  });
}

Deno.test("parseArgs reports unknown options", () => {
  const reported: unknown[][] = [];
  const args = parseArgs(["--constructor", "--foo=1", "file", "--no-bar", "-x", "--dev", "-f", "a"], {
    boolean: ["dev"],
    collect: ["f"],
    string: ["f"],
    unknown: (...unknown) => {
      reported.push(unknown);
      return false;
    },
  });
  assertEquals(reported, [
    ["--constructor", "constructor", true],
    ["--foo=1", "foo", "1"],
    ["file"],
    ["--no-bar", "no-bar", true],
    ["-x", "x", true],
  ]);
  assertEquals<unknown>({ ...args }, { dev: true, f: ["a"], _: [] });
});

Deno.test("parseArgs types options by their declaration", () => {
  const args = parseArgs(["--dev", "-f", "a", "--name", "x"], {
    boolean: ["dev"],
    string: ["f", "name"],
    collect: ["f"],
  });
  const dev: boolean = args.dev;
  const files: string[] = args.f;
  const name: string | undefined = args.name;
  assertEquals([dev, files, name], [true, ["a"], "x"]);
});
