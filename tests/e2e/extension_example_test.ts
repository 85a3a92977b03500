import { assertEquals, assertStringIncludes } from "@std/assert";
import { Weft } from "./weft.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL("examples/extension/", ROOT);

/** The folders with tests of their own, how many there are, and what is done there. Types of the second: `.ci/run`. */
const FOLDERS: [path: string, tests: number, commands: string[][]][] = [
  // the types once, and not again for each thread of the engine that the tests start
  ["examples/extension", 4, [["fmt", "--check", "."], ["lint"], ["check", "."], ["task", "test", "--no-check"]]],
  ["extensions/mqtt", 9, [["fmt", "--check", "."], ["lint"], ["task", "test", "--no-check"]]],
];

async function deno(folder: URL, ...args: string[]): Promise<{ code: number; out: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

for (const [path, tests, commands] of FOLDERS) {
  Deno.test(`the tests of ${path} pass, and what is in it is formatted and lint-free`, async () => {
    for (const args of commands) {
      const { code, out } = await deno(new URL(`${path}/`, ROOT), ...args);
      assertEquals(code, 0, out);
      if (args[0] === "task") assertStringIncludes(out, `${tests} passed | 0 failed`);
    }
  });
}

Deno.test("the folder of an extension is loaded from anywhere", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const flow = await Deno.readTextFile(new URL("flow.yaml", FOLDER));
    await using weft = await Weft.start({
      // without a lock file: a package of an extension is none of Weft's own
      program: ["run", "-A", "--no-check", "--quiet", "--no-lock", new URL("main.ts", ROOT).pathname],
      args: ["--extension", FOLDER.pathname, "-f", "-", "--admin", "127.0.0.1:0"],
      folder,
      input: flow.replace("port: 8000", "port: 0"),
    });
    const ask = async () => await (await fetch(new URL("/?title=A+day+at+the+sea", weft.url))).json();
    assertEquals(await ask(), { page: "day-the-sea", count: 1 });
    assertEquals(await ask(), { page: "day-the-sea", count: 2 });
    // what the node counts itself, and what the engine measures of its calls
    const admin = /^admin\s+(\S+)/.exec(weft.out.find((line) => line.startsWith("admin"))!)![1]!;
    const metrics = await (await fetch(new URL("/metrics", admin))).text();
    assertStringIncludes(metrics, 'weft_kind_visits_total{node="visits"} 2');
    assertStringIncludes(metrics, 'weft_kind_call_seconds_count{node="visits"} 2');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
