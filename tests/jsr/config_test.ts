import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** What is read of a `deno.json`. */
interface Config {
  tasks: Record<string, string>;
  imports: Record<string, string>;
  lock?: boolean;
}

async function read(name: string): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(new URL(name, ROOT)));
}

const [OWN, JSR] = await Promise.all(["deno.json", "deno.jsr.json"].map(read)) as [Config, Config];

Deno.test("deno.jsr.json differs from deno.json in the packages of JSR, in tasks and in having no lock", () => {
  const bound = ["@db/sqlite", "@std/assert", "@std/cli/parse-args", "@std/yaml"];
  for (const name of bound) {
    assert(OWN.imports[name]?.startsWith("./src/jsr/"), name);
    // of one exact version, which scripts/check_jsr.ts looks for
    assertMatch(JSR.imports[name]!, /^jsr:@\w+\/\w+@\d+\.\d+\.\d+(\/|$)/);
  }
  const rest = ({ tasks: _, lock: __, imports, ...rest }: Config) => ({
    ...rest,
    imports: Object.entries(imports).filter(([name]) => !bound.includes(name)),
  });
  assertEquals(rest(JSR), rest(OWN));
  assertEquals([OWN.lock, JSR.lock], [undefined, false]);
});

/** Returns a task with the permissions that it needs more with the packages of JSR. */
function withJsr(task: string): string {
  return task
    .replace("--deny-import", "--allow-import=jsr.io:443")
    // @db/sqlite loads a library, which it finds by the environment and keeps in a cache
    .replace("--allow-write=.", "--allow-write")
    .replace(/--allow-env=WEFT_\S+/, "--allow-env")
    .replace("$WEFT_ALLOW", "--allow-ffi $WEFT_ALLOW");
}

Deno.test("each task of deno.jsr.json runs deno with deno.jsr.json", () => {
  assertEquals(Object.keys(JSR.tasks), Object.keys(OWN.tasks));
  for (const [name, line] of Object.entries(JSR.tasks)) {
    assertEquals(line.replaceAll(" --config deno.jsr.json", ""), withJsr(OWN.tasks[name]!), name);
    for (const command of line.split("&&")) assertMatch(command.trim(), /^deno \w+ --config deno\.jsr\.json\b/, name);
  }
});

Deno.test("scripts/check_jsr.ts fails for a version that does not exist", async () => {
  const versions = { "1.0.19": {} };
  await using registry = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) =>
      new URL(url).pathname === "/@std/assert/meta.json"
        ? Response.json({ versions })
        : new Response(null, { status: 404 }),
  );
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/check_jsr.ts", "--versions"],
    cwd: ROOT,
    env: { NO_COLOR: "1", JSR_URL: `http://127.0.0.1:${registry.addr.port}` },
  }).output();
  const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
  assertEquals([code, lines.length], [1, 3]);
  for (const line of lines) assertMatch(line, /^deno\.jsr\.json: @(db|std)\/(sqlite|cli|yaml) has no version \d/);
});

Deno.test("scripts/check_jsr.ts checks against JSR, or says that it could not", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/check_jsr.ts", "--versions"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertMatch(new TextDecoder().decode(stdout), /^(not checked: cannot reach .+|4 packages of JSR: versions exist)\n$/);
});
