import { assert, assertEquals, assertMatch } from "@std/assert";
import { until } from "../support/until.ts";
import { Project } from "./project.ts";
import { listener, text } from "./specs.ts";

const PASSES = (body: string) => ({
  tests: [{ name: "says it", send: { to: "web", request: { path: "/" } }, expect: { answer: { body } } }],
});
const FILES = {
  "flows/web.yaml": [listener("web", "hello"), text("hello", "hi")],
  "flows/web_test.json": PASSES("hi"),
};

Deno.test("weft test finds test files, runs them, and says what failed", async () => {
  await using project = new Project({
    ...FILES,
    "tests/other.test.yaml": "specs: ../flows\ntests:\n  - name: wrong\n    send: { port: hello.in }\n" +
      "    expect: { answer: bye }\n  - { name: left out, skip: later, send: { port: hello.in } }\n",
    "node_modules/x_test.yaml": "[",
  });
  const { code, out } = await project.run(["test", "--junit", "report.xml", "--coverage-file", "links.json"]);
  assertEquals(code, 1);
  const lines = out.replaceAll(/\d+ ms/g, "TIME").split("\n");
  assertEquals(lines.filter((line) => !line.startsWith("      ")), [
    "ok       flows/web_test.json (1 test, TIME)",
    "FAILED   tests/other.test.yaml (1 of 2 tests, TIME)",
    "  wrong",
    '    tests/other.test.yaml:5:23: answer: expected "bye", got "hi"',
    "    way:",
    "  skipped: left out: later",
    "3 tests: 1 passed, 1 failed, 1 skipped (TIME)",
  ]);
  const report = await Deno.readTextFile("report.xml");
  assertMatch(report, /<testsuites tests="3" failures="1" skipped="1" errors="0">/);
  assertMatch(report, /<failure message="answer: expected &quot;bye&quot;, got &quot;hi&quot;">/);
  const links = JSON.parse(await Deno.readTextFile("links.json"));
  assertEquals(links.map(({ from, to, taken }: Record<string, unknown>) => [from, to, taken]), [
    ["web.out", "hello.in", true],
  ]);
});

Deno.test("weft test runs what is named, and prints JSON", async () => {
  await using project = new Project({
    ...FILES,
    "suites.yaml": [
      { kind: "test", name: "three", links: { out: [{ name: "three", port: "in" }] } },
      { kind: "snippet", name: "number", language: "json", code: "3" },
    ].map((spec) => spec.kind === "test" ? { ...spec, links: { "out[0]": [{ name: "number", port: "in" }] } } : spec),
  });
  const { files, ...totals } = await project.json("test flows suites.yaml");
  assertEquals(totals, { tests: 2, passed: 2, failed: 0, skipped: 0, broken: 0 });
  assertEquals(files.map(({ file }: { file: string }) => file), ["flows/web_test.json", "suites.yaml"]);
  assertMatch(await project.weft("test --only /^thr/ --coverage"), /^coverage 50%: 1 of 2 links taken$/m);
  assertEquals(await project.fail("test --only nothing"), [1, 'no test has a name like "nothing"']);
  assertEquals(await project.fail("test flows/web.yaml"), [
    1,
    "no tests in flows/web.yaml: expected NAME_test.yaml, NAME.test.yaml, or specs of kind test",
  ]);
  assertEquals((await project.fail("test --only /(/"))[0], 2);
});

Deno.test("settings of weft.yaml hold for tests", async () => {
  await using project = new Project({
    "weft.yaml": "files: [flows]\nenv: { LANGUAGE: json }\n",
    "flows/web.yaml": [
      listener("web", "hello"),
      { kind: "snippet", name: "hello", language: "{{ env.LANGUAGE }}", code: '"hi"' },
    ],
    "tests/a_test.json": PASSES("hi"),
    "tests/b_test.json": { env: { LANGUAGE: "text" }, ...PASSES('"hi"') },
  });
  const { out } = await project.run(["test", "tests/a_test.json", "tests"]);
  assertMatch(out, /^2 tests: 2 passed/m);
});

Deno.test("commands that read specs leave test files out, and check looks at those that are named", async () => {
  await using project = new Project({ ...FILES, "flows/bad_test.yaml": "tests:\n  - nam: a\n" });
  assertEquals(await project.weft("check flows"), "2 specs in 1 file: no errors");
  assertEquals(await project.weft("check flows/web_test.json flows"), "2 specs in 2 files: no errors");
  assertMatch((await project.fail("check flows/bad_test.yaml"))[1], /^flows\/bad_test\.yaml:2:5: unknown field "nam"/m);
  assertEquals(
    (await project.fail("apply -f flows/web_test.json"))[1],
    [
      "flows/web_test.json holds tests, not specs: weft test runs it",
    ].join(),
  );
});

Deno.test("weft test --watch runs again when a spec changes", async () => {
  await using project = new Project(FILES);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", new URL("../../main.ts", import.meta.url).pathname, "test", "--watch"],
    cwd: project.folder,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let out = "";
  const read = process.stdout.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (chunk) => void (out += chunk) }));
  try {
    await until("the tests have passed", () => /1 test: 1 passed/.test(out));
    // once it watches: what is written before is not told
    await until("it has run again", async () => {
      project.write("flows/web.yaml", [listener("web", "hello"), text("hello", `ho${Date.now()}`)]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return /expected "hi", got "ho/.test(out);
    });
  } finally {
    process.kill("SIGINT");
    const { code } = await process.status;
    await read;
    assert(code === 0, out);
  }
});
