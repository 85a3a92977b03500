import { assertEquals, assertThrows } from "@std/assert";
import { Project } from "../../../tests/cli/project.ts";
import { resolveConfig } from "./config.ts";
import { parseConfig } from "./config_file.ts";
import type { ParsedFlags } from "./flag.ts";
import { ALL_SETTINGS } from "./settings.ts";

function read(text: string): ParsedFlags {
  return parseConfig(text, "weft.yaml", ALL_SETTINGS).given;
}

function wrong(text: string): string {
  return assertThrows(() => parseConfig(text, "weft.yaml", ALL_SETTINGS), Error).message;
}

async function settled(
  given: ParsedFlags,
  env: Record<string, string> = {},
  words: string[] = [],
): Promise<ParsedFlags> {
  const terminal = { print() {}, warn() {}, input: () => Promise.resolve(""), env: (name: string) => env[name] };
  const { given: result } = await resolveConfig(ALL_SETTINGS, given, words, terminal);
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined && `${value}` !== ""));
}

Deno.test("weft.yaml has the flags by name, lists in the plural too", () => {
  const text = `
namespace: shop
store: shop.db
files: [flows, more.yaml]
extensions:
  - ./mail.ts
executors: 3
dev: true
log-format: json
timeout: 1m
`;
  assertEquals(read(text), {
    namespace: "shop",
    store: "shop.db",
    file: ["flows", "more.yaml"],
    extension: ["./mail.ts"],
    executors: 3,
    dev: true,
    "log-format": "json",
    timeout: "1m",
  });
  assertEquals(read("file: one.yaml"), { file: ["one.yaml"] });
});

Deno.test("env is a list of NAME=VALUE or a map, whose values stay as they are written", () => {
  assertEquals(read("env: [A=1, B]"), { env: ["A=1", "B"] });
  assertEquals(read("env:\n  PORT: 0080\n  ON: yes\n  HOME:\n  T: 1.50"), {
    env: ["PORT=0080", "ON=yes", "HOME", "T=1.50"],
  });
});

Deno.test("text that looks like a number stays as it is written", () => {
  assertEquals(read("namespace: 0123"), { namespace: "0123" });
});

Deno.test("nothing, and a key without a value, say nothing", () => {
  for (const text of ["", "# nothing\n", "store:\n", "---\n", "\ufeffstore:\n"]) assertEquals(read(text), {});
});

Deno.test("kinds come with their positions", () => {
  assertEquals(parseConfig("kinds:\n  - nop\n  - snippet\n", "weft.yaml", ALL_SETTINGS).kinds, [
    { name: "nop", position: "weft.yaml:2:5" },
    { name: "snippet", position: "weft.yaml:3:5" },
  ]);
});

Deno.test("everything that is wrong is told at once, with its place", () => {
  assertEquals(
    wrong("stor: x\nexecutors: two\nlog-level: inf\ndev: 1\nexecutors: 2\n").split("\n").slice(0, 4),
    [
      'weft.yaml:1:1: unknown setting "stor"; did you mean "store"?',
      'weft.yaml:2:12: executors is "two"; it has to be a whole number',
      'weft.yaml:3:12: log-level is "inf"; it has to be info, perhaps',
      "weft.yaml:4:6: dev is 1; it has to be true or false",
    ],
  );
});

for (
  const [text, message] of [
    ["executors: 0", "weft.yaml:1:12: executors is 0; it has to be a whole number, 1 or more"],
    ["executors: 1.5", "weft.yaml:1:12: executors is 1.5; it has to be a whole number, 1 or more"],
    ["store: [a]", "weft.yaml:1:8: store is a list; it has to be a text"],
    ["store: true", "weft.yaml:1:8: store is true; it has to be a text"],
    ["store: ''", 'weft.yaml:1:8: store is ""; it has to be a text that is not empty'],
    ["file: {a: b}", "weft.yaml:1:7: file is a map; it has to be a text or a list of texts"],
    ["env: {A: [1]}", "weft.yaml:1:10: env.A is a list; it has to be a text"],
    ["kinds: [1]", "weft.yaml:1:9: kinds is 1; it has to be a list of names of kinds"],
    ["file: a\nfiles: b", "weft.yaml:2:1: file is given twice; give one of both names"],
    ["- store", "weft.yaml:1:1: the settings are not a map; write them as key: value"],
    ["a: 1\n---\nb: 2", "weft.yaml:3:1: there is a second document; settings are one map"],
  ] as const
) {
  Deno.test(`weft.yaml with ${JSON.stringify(text)}`, () => {
    assertEquals(wrong(text).split("\n").at(-1), message);
  });
}

Deno.test("broken YAML is an error with a place, and a setting of a command alone none of weft.yaml", () => {
  assertEquals(wrong("store: [a").split(":").slice(0, 4).join(":"), "weft.yaml:1:10: invalid YAML");
  assertEquals(wrong("prune: true").startsWith('weft.yaml:1:1: unknown setting "prune"; known settings are '), true);
});

Deno.test("the command line wins over the environment, that over weft.yaml", async () => {
  await using _ = new Project({ "weft.yaml": "namespace: file\nexecutors: 2\nlog-level: warn\n" });
  const env = { WEFT_NAMESPACE: "environment", WEFT_EXECUTORS: "3" };
  assertEquals(await settled({ namespace: "flag" }, env), { namespace: "flag", executors: 3, "log-level": "warn" });
  assertEquals(await settled({}, { WEFT_NAMESPACE: "" }), { namespace: "file", executors: 2, "log-level": "warn" });
});

Deno.test("each setting is read from the environment", async () => {
  await using _ = new Project();
  const env = {
    WEFT_FILE: "a.yaml, b",
    WEFT_EXECUTOR_MEMORY: "64",
    WEFT_DEV: "true",
    WEFT_STRICT: "0",
    WEFT_ENV: "A=1,B",
  };
  assertEquals(await settled({}, env), {
    file: ["a.yaml", "b"],
    env: ["A=1", "B"],
    "executor-memory": 64,
    strict: false,
    dev: true,
  });
});

Deno.test("variables of all three come together, those of the command line last", async () => {
  await using _ = new Project({ "weft.yaml": "env: {A: 1, B: 1}" });
  assertEquals(await settled({ env: ["A=3"] }, { WEFT_ENV: "A=2" }), { env: ["A=1", "B=1", "A=2", "A=3"] });
});

Deno.test("files of the settings are left aside where the command line names some", async () => {
  await using _ = new Project({ "weft.yaml": "file: a.yaml" });
  assertEquals(await settled({}), { file: ["a.yaml"] });
  assertEquals(await settled({ file: ["b.yaml"] }), { file: ["b.yaml"] });
  assertEquals(await settled({}, {}, ["c.yaml"]), {});
});

Deno.test("paths in a file of settings are from its own folder", async () => {
  const text = "file: [a.yaml, /b.yaml]\nstore: sqlite:x.db\nextension: [k.ts, 'npm:kinds']\nenv-file: .env";
  await using _ = new Project({ "conf/weft.yaml": text });
  assertEquals(await settled({ config: "conf/weft.yaml" }), {
    config: "conf/weft.yaml",
    file: ["conf/a.yaml", "/b.yaml"],
    store: "sqlite:conf/x.db",
    extension: ["conf/k.ts", "npm:kinds"],
    "env-file": ["conf/.env"],
  });
  assertEquals((await settled({}, { WEFT_CONFIG: "conf/weft.yaml" })).store, "sqlite:conf/x.db");
});

Deno.test("the commands take what weft.yaml says", async () => {
  await using project = new Project({
    "weft.yaml": "namespace: shop\nstore: data/shop.db\nkinds: [nop]\nfile: flow.yaml\nauthor: ann",
    "flow.yaml": [{ kind: "nop", name: "end" }],
    "other.yaml": [{ kind: "snippet", name: "s", language: "text", code: "" }],
  });
  assertEquals(await project.weft("apply"), "created shop:end (nop)\nversion 1");
  assertEquals(Deno.statSync("data/shop.db").isFile, true);
  assertEquals((await project.json("history"))[0].author, "ann");
  assertEquals((await project.json("kinds")).map(({ name }: { name: string }) => name), ["nop"]);
  const [code, err] = await project.refusal("check other.yaml");
  assertEquals([code, err], [1, 'other.yaml:3:13: unknown kind "snippet"; known kinds are nop']);
  assertEquals(await project.weft("get --namespace other --store data/shop.db"), "NAMESPACE  NAME  KIND  LINKS TO");
});

Deno.test("a kind that weft.yaml turns on has to be there", async () => {
  await using project = new Project({ "weft.yaml": "kinds:\n  - snipet\n" });
  assertEquals(await project.refusal("kinds"), [
    1,
    'weft.yaml:2:5: unknown built-in kind "snipet"; did you mean "snippet"?',
  ]);
});

Deno.test("what the environment says wrong is wrong usage; a file of settings that is named has to be there", async () => {
  await using project = new Project();
  const [code, err] = await project.refusal("status", { env: { WEFT_STORE: "memory:" } });
  assertEquals([code, err.split("\n")[0]], [
    2,
    "--store memory: lasts as long as the program that opens it; name a file",
  ]);
  assertEquals(await project.refusal("get --config no.yaml"), [1, "there is no file no.yaml"]);
});
