import { assertEquals, assertThrows } from "@std/assert";
import { Project } from "../../../tests/cli/project.ts";
import { resolveConfig } from "./config.ts";
import { parseConfig } from "./config_file.ts";
import type { ParsedFlags } from "./flag.ts";
import { ALL_SETTINGS } from "./settings.ts";

function read(text: string): ParsedFlags {
  return parseConfig(text, "weft.yaml", ALL_SETTINGS).flags;
}

function wrong(text: string): string {
  return assertThrows(() => parseConfig(text, "weft.yaml", ALL_SETTINGS), Error).message;
}

async function resolve(
  flags: ParsedFlags,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<ParsedFlags> {
  const terminal = { print() {}, warn() {}, input: () => Promise.resolve(""), env: (name: string) => env[name] };
  const { flags: resolved } = await resolveConfig(ALL_SETTINGS, flags, args, terminal);
  return Object.fromEntries(Object.entries(resolved).filter(([, value]) => value !== undefined && `${value}` !== ""));
}

Deno.test("weft.yaml sets flags by name, lists by their plural as well", () => {
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

Deno.test("env is a list of NAME=VALUE or a map, whose values are kept as written", () => {
  assertEquals(read("env: [A=1, B]"), { env: ["A=1", "B"] });
  assertEquals(read("env:\n  PORT: 0080\n  ON: yes\n  HOME:\n  T: 1.50"), {
    env: ["PORT=0080", "ON=yes", "HOME", "T=1.50"],
  });
});

Deno.test("a string that looks like a number is kept as written", () => {
  assertEquals(read("namespace: 0123"), { namespace: "0123" });
});

Deno.test("an empty file and a key without a value set nothing", () => {
  for (const text of ["", "# nothing\n", "store:\n", "---\n", "\ufeffstore:\n"]) assertEquals(read(text), {});
});

Deno.test("kinds have positions", () => {
  assertEquals(parseConfig("kinds:\n  - nop\n  - snippet\n", "weft.yaml", ALL_SETTINGS).kinds, [
    { name: "nop", position: "weft.yaml:2:5" },
    { name: "snippet", position: "weft.yaml:3:5" },
  ]);
});

Deno.test("every error is reported at once, with its position", () => {
  assertEquals(
    wrong("stor: x\nexecutors: two\nlog-level: inf\ndev: 1\nexecutors: 2\n").split("\n").slice(0, 4),
    [
      'weft.yaml:1:1: unknown setting "stor"; did you mean "store"?',
      'weft.yaml:2:12: invalid executors "two": expected a whole number',
      'weft.yaml:3:12: invalid log-level "inf": expected debug, info, warn or error, for all or for parts: info,http=warn',
      "weft.yaml:4:6: invalid dev 1: expected true or false",
    ],
  );
});

for (
  const [text, message] of [
    ["executors: 0", "weft.yaml:1:12: invalid executors 0: expected a whole number of at least 1"],
    ["executors: 1.5", "weft.yaml:1:12: invalid executors 1.5: expected a whole number of at least 1"],
    ["store: [a]", "weft.yaml:1:8: invalid store: expected a string, got a list"],
    ["store: true", "weft.yaml:1:8: invalid store true: expected a string"],
    ["store: ''", 'weft.yaml:1:8: invalid store "": expected a non-empty string'],
    ["file: {a: b}", "weft.yaml:1:7: invalid file: expected a string or a list of strings, got a map"],
    ["env: {A: [1]}", "weft.yaml:1:10: invalid env.A: expected a string, got a list"],
    ["kinds: [1]", "weft.yaml:1:9: invalid kinds 1: expected a list of kind names"],
    ["file: a\nfiles: b", 'weft.yaml:2:1: duplicate setting "files": expected either file or files'],
    ["- store", "weft.yaml:1:1: invalid settings: expected a map such as namespace: shop"],
    ["a: 1\n---\nb: 2", "weft.yaml:3:1: unexpected second document: expected a single map of settings"],
  ] as const
) {
  Deno.test(`weft.yaml with ${JSON.stringify(text)}`, () => {
    assertEquals(wrong(text).split("\n").at(-1), message);
  });
}

Deno.test("broken YAML is an error with a position, and a flag that is not a setting is unknown", () => {
  assertEquals(wrong("store: [a").split(":").slice(0, 4).join(":"), "weft.yaml:1:10: invalid YAML");
  assertEquals(wrong("prune: true").startsWith('weft.yaml:1:1: unknown setting "prune"; known settings are '), true);
});

Deno.test("the command line takes precedence over the environment, which takes precedence over weft.yaml", async () => {
  await using _ = new Project({ "weft.yaml": "namespace: file\nexecutors: 2\nlog-level: warn\n" });
  const env = { WEFT_NAMESPACE: "environment", WEFT_EXECUTORS: "3" };
  assertEquals(await resolve({ namespace: "flag" }, env), { namespace: "flag", executors: 3, "log-level": "warn" });
  assertEquals(await resolve({}, { WEFT_NAMESPACE: "" }), { namespace: "file", executors: 2, "log-level": "warn" });
});

Deno.test("every setting is read from the environment", async () => {
  await using _ = new Project();
  const env = {
    WEFT_FILE: "a.yaml, b",
    WEFT_EXECUTOR_MEMORY: "64",
    WEFT_DEV: "true",
    WEFT_STRICT: "0",
    WEFT_ENV: "A=1,B",
  };
  assertEquals(await resolve({}, env), {
    file: ["a.yaml", "b"],
    env: ["A=1", "B"],
    "executor-memory": 64,
    strict: false,
    dev: true,
  });
});

Deno.test("template variables of all sources are merged, those of the command line last", async () => {
  await using _ = new Project({ "weft.yaml": "env: {A: 1, B: 1}" });
  assertEquals(await resolve({ env: ["A=3"] }, { WEFT_ENV: "A=2" }), { env: ["A=1", "B=1", "A=2", "A=3"] });
});

Deno.test("files on the command line replace those of settings", async () => {
  await using _ = new Project({ "weft.yaml": "file: a.yaml" });
  assertEquals(await resolve({}), { file: ["a.yaml"] });
  assertEquals(await resolve({ file: ["b.yaml"] }), { file: ["b.yaml"] });
  assertEquals(await resolve({}, {}, ["c.yaml"]), {});
});

Deno.test("paths in a configuration file are relative to its folder", async () => {
  const text =
    "file: [a.yaml, /b.yaml]\nstore: sqlite:x.db\nextension: [k.ts, 'npm:kinds']\nenv-file: .env\nsecrets: keys\n" +
    "allow-files: [data, in=./x:ro, out=/srv/out]";
  await using _ = new Project({ "conf/weft.yaml": text });
  assertEquals(await resolve({ config: "conf/weft.yaml" }), {
    config: "conf/weft.yaml",
    file: ["conf/a.yaml", "/b.yaml"],
    store: "sqlite:conf/x.db",
    extension: ["conf/k.ts", "npm:kinds"],
    "env-file": ["conf/.env"],
    secrets: "conf/keys",
    "allow-files": ["conf/data", "in=conf/x:ro", "out=/srv/out"],
  });
  assertEquals((await resolve({}, { WEFT_CONFIG: "conf/weft.yaml" })).store, "sqlite:conf/x.db");
});

Deno.test("commands use weft.yaml", async () => {
  await using project = new Project({
    "weft.yaml": "namespace: shop\nstore: data/shop.db\nkinds: [nop]\nfile: flow.yaml\nauthor: ann",
    "flow.yaml": [{ kind: "nop", name: "end" }],
    "other.yaml": [{ kind: "snippet", name: "s", language: "text", code: "" }],
  });
  assertEquals(await project.weft("apply"), "created shop:end (nop)\nversion 1");
  assertEquals(Deno.statSync("data/shop.db").isFile, true);
  assertEquals((await project.json("history"))[0].author, "ann");
  assertEquals((await project.json("kinds")).map(({ name }: { name: string }) => name), [
    "nop",
    "block.definition",
    "connection",
    "ns.definition",
    "ns.dependency",
    "ns.requirement",
  ]);
  const [code, err] = await project.fail("check other.yaml");
  assertEquals([code, err], [
    1,
    'other.yaml:3:13: kind "snippet" is left out; the kinds that may be used are listed at weft.yaml:3:9',
  ]);
  assertEquals(await project.weft("get --namespace other --store data/shop.db"), "NAMESPACE  NAME  KIND  LINKS TO");
});

Deno.test("an unknown kind in weft.yaml is an error", async () => {
  await using project = new Project({ "weft.yaml": "kinds:\n  - snipet\n" });
  assertEquals(await project.fail("kinds"), [
    1,
    'weft.yaml:2:5: unknown built-in kind "snipet"; did you mean "snippet"?',
  ]);
});

Deno.test("an invalid environment variable is wrong usage; a configuration file that is named must exist", async () => {
  await using project = new Project();
  const [code, err] = await project.fail("status", { env: { WEFT_STORE: "memory:" } });
  assertEquals([code, err.split("\n")[0]], [
    2,
    'invalid --store "memory:": expected a store that outlives the command, such as .weft/registry.db',
  ]);
  assertEquals(await project.fail("get --config no.yaml"), [1, "no such file: no.yaml"]);
});

const ENVIRONMENTS = `namespace: shop
executors: 1
env: { PORT: 80, NAME: top }
environments:
  prod:
    store: data/shop.db
    executors: 4
    env: { NAME: prod }
    kinds: [nop]
  dev: # nothing else
`;

Deno.test("an environment goes before what stands at the top of weft.yaml, and behind the environment of the program", async () => {
  await using _ = new Project({ "conf/weft.yaml": ENVIRONMENTS });
  const base = { config: "conf/weft.yaml" };
  const rest = { namespace: "shop", executors: 1, env: ["PORT=80", "NAME=top"] };
  assertEquals(await resolve(base), { ...base, ...rest });
  assertEquals(await resolve({ ...base, "env-name": "dev" }), { ...base, "env-name": "dev", ...rest });
  assertEquals(await resolve({ ...base, "env-name": "prod" }, { WEFT_EXECUTORS: "9" }), {
    ...base,
    "env-name": "prod",
    namespace: "shop",
    store: "conf/data/shop.db",
    executors: 9,
    env: ["PORT=80", "NAME=top", "NAME=prod"],
  });
  assertEquals((await resolve(base, { WEFT_ENV_NAME: "prod" })).executors, 4);
});

Deno.test("an unknown environment is an error that says which there are; all are checked, whichever is used", async () => {
  await using project = new Project({ "weft.yaml": ENVIRONMENTS });
  const failed = async (name: string) => (await project.fail(`kinds --env-name ${name}`))[1];
  assertEquals(await failed("prd"), 'weft.yaml: unknown environment "prd"; did you mean "prod"?');
  assertEquals(await failed("qa"), 'weft.yaml: unknown environment "qa"; environments are prod, dev');
  project.write("weft.yaml", "namespace: a\n");
  assertEquals(await failed("qa"), 'weft.yaml: unknown environment "qa"; the file has no "environments"');
  Deno.removeSync("weft.yaml");
  assertEquals(await failed("qa"), 'unknown environment "qa": there is no weft.yaml here or above');
  assertEquals(
    wrong("environments:\n  prod:\n    stor: x\n    environments: {}\n  qa: 1\n").split("\n").map((line) =>
      line.split("; known")[0]
    ),
    [
      'weft.yaml:3:5: unknown setting "stor"; did you mean "store"?',
      'weft.yaml:4:5: unknown setting "environments"',
      "weft.yaml:5:7: invalid environments.qa 1: expected a map of settings",
    ],
  );
});

Deno.test("weft.yaml is looked for in the folders above, up to the root of the repository; its store is beside it", async () => {
  await using project = new Project({
    "weft.yaml": "namespace: above\n",
    "shop/weft.yaml": "namespace: shop\nfile: flows\n",
    "shop/flows/flow.yaml": [{ kind: "nop", name: "end" }],
    "shop/flows/deep/readme.md": "",
    "shop/tool/.git/HEAD": "",
    "shop/tool/src/readme.md": "",
  });
  Deno.chdir("shop/flows/deep");
  assertEquals(await resolve({}), {
    namespace: "shop",
    file: ["../../flows"],
    "default-store": "../../.weft/registry.db",
  });
  assertEquals(await project.weft("apply"), "created shop:end (nop)\nversion 1");
  assertEquals(Deno.statSync("../../.weft/registry.db").isFile, true);
  assertEquals(await resolve({}, { HOME: `${project.folder}/shop/flows` }), {}, "the home ends the search");
  assertEquals(await resolve({ config: "../../weft.yaml" }), {
    config: "../../weft.yaml",
    namespace: "shop",
    file: ["../../flows"],
  });
  Deno.chdir("../../tool/src");
  assertEquals(await resolve({}), {}, "a repository of its own");
});
