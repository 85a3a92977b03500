import { Validator } from "@cfworker/json-schema";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TEMPLATES } from "../../src/cli/project/mod.ts";
import { parseAll } from "@std/yaml";
import { Project } from "./project.ts";

/** Runs Deno in a folder. */
async function deno(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${out}\n${err}`);
  return out!;
}

/** Reports what an editor would about the documents of a file. */
async function editorErrors(file: string): Promise<unknown[]> {
  const text = await Deno.readTextFile(file);
  const [, path] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)!;
  const schema = await Deno.readTextFile(`${file.slice(0, file.lastIndexOf("/"))}/${path}`);
  const validator = new Validator(JSON.parse(schema), "7");
  return parseAll(text).flatMap((document) => validator.validate(document).errors);
}

Deno.test("the project of each template has no errors, and its tests pass", async () => {
  await using project = new Project();
  for (const { name, files } of TEMPLATES) {
    const folder = `${project.folder}/${name}`;
    assertMatch(
      await project.weft(`init ${name} ${name}`),
      new RegExp(`^created \\d+ files in ${name} .*\\n\\ncd ${name}\\n`),
    );
    Deno.chdir(folder);
    assertMatch(await project.weft("check"), /^\d+ specs in \d files?: no errors$/, name);
    assertMatch(await project.weft("test"), /\n(\d) tests: \1 passed \(\d+ ms\)$/, name);
    const yaml = ["weft.yaml", ...Object.keys(files).filter((path) => path.endsWith(".yaml"))];
    for (const path of yaml) assertEquals(await editorErrors(`${folder}/${path}`), [], `${name}/${path}`);
    await deno(folder, "fmt", "--check");
    Deno.chdir(project.folder);
  }
  // the configuration is the same in all: one run for all
  const paths = ["--config", `${TEMPLATES[0]!.name}/deno.json`, ...TEMPLATES.map(({ name }) => name)];
  await deno(project.folder, "lint", ...paths);
  assertMatch(
    await deno(project.folder, "test", "-A", "--no-check", "--no-lock", ...paths),
    /\b8 passed \| 0 failed\b/,
  );
});

Deno.test("init makes nothing in a folder that is not empty, unless it is forced, and then keeps what is there", async () => {
  await using project = new Project({ "README.md": "mine\n", "package.json": {} });
  const names = () => Array.from(Deno.readDirSync("."), ({ name }) => name).sort();
  const [code, err] = await project.fail("init");
  assertEquals(code, 2);
  assertMatch(err, /^this folder is not empty: it has README\.md; name a new folder, or use --force\b/);
  assertEquals(names(), ["README.md", "package.json"]);
  const out = await project.weft("init --force");
  assertMatch(out, /^created \d+ files from the template api\nleft alone, as they were there already: README\.md\n\n/);
  assertEquals(out.split("\n").length, 6, "three lines say what to do next");
  assertEquals(await Deno.readTextFile("README.md"), "mine\n");
  assert(names().includes("flows"));
  assertMatch(await project.weft("init api 'My Shop'"), /\n\ncd 'My Shop'\n/);
  assertMatch(await Deno.readTextFile("My Shop/README.md"), /^# my-shop\n/);
  const again = await project.weft("init webhook . --force");
  assertMatch(again, /left alone, .*: README\.md, .*weft\.yaml, /);
});

Deno.test("init says what is wrong with its arguments, and makes nothing", async () => {
  await using project = new Project({ file: "" });
  const cases: [line: string, code: number, error: RegExp][] = [
    ["init chatt talk", 2, /^unknown template "chatt": expected api, webhook, schedule or chat; did you mean "chat"\?/],
    ["init shop", 2, /^unknown template "shop": expected .*; for a folder of this name, write weft init api shop\n/],
    ["init api a b", 2, /^unexpected argument "b"/],
    ["init api file", 1, /^invalid folder ".*file": it is a file$/],
    ["init api file/shop --force", 1, /^invalid folder ".*file": it is a file$/],
    ["init api ''", 2, /^missing FOLDER: expected the path of a folder/],
  ];
  for (const [line, code, error] of cases) {
    const [got, err] = await project.fail(line);
    assertEquals(got, code, line);
    assertMatch(err, error);
  }
  assertEquals(Array.from(Deno.readDirSync("."), ({ name }) => name), ["file"]);
  assertMatch(await project.weft("init --list"), /^TEMPLATE +SUMMARY\napi .*\nwebhook .*\nschedule .*\nchat .*$/);
});

Deno.test("the schemas of settings and tests are printed, and all are written", async () => {
  await using project = new Project();
  assertMatch(JSON.parse(await project.weft("schema config")).title, /^Weft \S+ settings$/);
  assertMatch(JSON.parse(await project.weft("schema test")).title, /^Weft \S+ tests$/);
  assertEquals(await project.weft("schema specs"), await project.weft("schema"));
  assertEquals(
    (await project.fail("schema tset"))[1].split("\n")[0],
    [
      'unknown schema "tset": expected specs, config or test; did you mean "test"?',
    ].join(),
  );
  assertEquals((await project.fail("schema config --write x"))[0], 2);
  await project.weft("schema --write new/schemas");
  assertEquals(
    JSON.parse(await Deno.readTextFile("new/schemas/config.json")),
    JSON.parse(await project.weft("schema config")),
  );
});
