import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { buildPackage, pack } from "../../scripts/npm.ts";
import { until } from "../support/until.ts";
import { Weft, weft, type WeftOptions } from "./weft.ts";

// The npm package, installed in a folder that has a space in its name, and used where no registry can be reached and
// Deno has downloaded nothing.

const NOWHERE = "http://127.0.0.1:9";
const KIND = `import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import shout from "shout";

const greeting: Kind = defineKind({
  name: "greeting",
  summary: "Puts a greeting before the payload.",
  fields: z.object({ greeting: z.string() }),
  ports: { in: ["in"], out: ["out", "error"] },
  examples: [{ title: "Say hello", spec: { kind: "greeting", greeting: "Hello" } }],
  prepare: ({ fields }) => ({ in: (payload) => shout(fields.greeting + (payload as { path: string }).path) }),
});
export default greeting;
`;

function flow(greeting: string): string {
  return JSON.stringify([
    { kind: "listener", name: "web", protocol: "http", port: 0, links: { out: [{ name: "hello", port: "in" }] } },
    { kind: "greeting", name: "hello", greeting },
  ]);
}

async function run(command: string, args: string[], options: Deno.CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null", ...options }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, `${command} ${args.join(" ")}: ${decoder.decode(stderr)}${decoder.decode(stdout)}`);
  return decoder.decode(stdout);
}

/** What makes a program process 1 of a namespace of its own. */
const NAMESPACE = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];

async function canUnshare(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  return (await new Deno.Command("unshare", { args: [...NAMESPACE, "true"], stderr: "null" }).output()).success;
}

/** A project of a user, with the package installed. */
class Project implements AsyncDisposable {
  readonly command: string;
  /** A folder of the user's, from which the package is not found. */
  readonly elsewhere: string;
  readonly #env: Record<string, string>;

  private constructor(readonly root: string, readonly folder: string) {
    this.elsewhere = `${root}/elsewhere`;
    this.command = `${folder}/node_modules/.bin/weft`;
    this.#env = { NPM_CONFIG_REGISTRY: NOWHERE, JSR_URL: NOWHERE, DENO_DIR: `${root}/deno`, NO_COLOR: "1" };
  }

  static async create(): Promise<Project> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "weft-npm-" }));
    const folder = `${root}/a project`;
    await Deno.mkdir(folder);
    await buildPackage(`${root}/package`, { types: false });
    const tarball = await pack(`${root}/package`, root);
    const paths = (await run("tar", ["-tzf", tarball])).trim().split("\n");
    assertEquals(paths.filter((path) => /_test\.|\.ts$/.test(path)), []);
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    await run("npm", ["install", ...flags, tarball], { cwd: folder });
    const project = new Project(root, folder);
    // the flow that the page of the package shows
    const page = await Deno.readTextFile(`${folder}/node_modules/@weft/weft/README.md`);
    const [, example] = /```yaml\n([^]*?)```/.exec(page)!;
    await Deno.writeTextFile(`${folder}/example.yaml`, example!);
    await project.#writeUser(folder);
    await project.#writeUser(project.elsewhere);
    return project;
  }

  /** Writes what is the user's own: a package, a kind that imports it, and a flow of the kind. */
  async #writeUser(folder: string): Promise<void> {
    await Deno.mkdir(`${folder}/node_modules/shout`, { recursive: true });
    await Deno.writeTextFile(`${folder}/node_modules/shout/package.json`, JSON.stringify({ name: "shout" }));
    const shout = "module.exports = (text) => text.toUpperCase();";
    await Deno.writeTextFile(`${folder}/node_modules/shout/index.js`, shout);
    await Deno.writeTextFile(`${folder}/flow.yaml`, flow("Hello"));
    await Deno.writeTextFile(`${folder}/greeting.ts`, KIND);
  }

  options({ env, ...options }: Partial<WeftOptions> = {}): Omit<WeftOptions, "args"> {
    return { folder: this.folder, command: this.command, program: [], ...options, env: { ...this.#env, ...env } };
  }

  weft(...args: string[]) {
    return weft(args, this.options());
  }

  /** Starts the flow in a process group of its own. */
  start(args: string[], options: Partial<WeftOptions> = {}): Promise<Weft> {
    return Weft.start({
      args: ["-f", "flow.yaml", "--extension", "greeting.ts", ...args],
      ...this.options(options),
      detached: true,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** Waits until no process of a group is left. */
async function gone({ pid }: Weft): Promise<void> {
  await until("the group has ended", async () => {
    const lines = (await run("ps", ["-A", "-o", "pgid=,stat="])).split("\n").map((line) => line.trim());
    return !lines.some((line) => line.startsWith(`${pid} `) && !/^\d+ +Z/.test(line));
  }, 20_000);
}

async function get({ url }: Weft, path: string): Promise<string> {
  return await (await fetch(new URL(path, url))).text();
}

Deno.test("the package runs workflows in a folder of the user's, with nothing but what npm has installed", async (t) => {
  await using project = await Project.create();

  await t.step("commands have the exit codes and the output of the checkout", async () => {
    const version = await project.weft("--version");
    assertEquals([version.code, version.err], [0, ""]);
    assertMatch(version.out, /^weft \d+\.\d+\.\d+\n$/);
    assertEquals((await project.weft("nonsense")).code, 2);
    const checked = await project.weft("check", "example.yaml");
    assertEquals([checked.code, checked.out], [0, "2 specs in 1 file: no errors\n"]);
  });

  await t.step("npx serves a kind that imports the package and another one, and ends with SIGTERM", async () => {
    await using server = await project.start(["--store", "flow.db"], { command: "npx", program: ["weft"] });
    assertEquals(await get(server, "/Ada"), "HELLO/ADA");
    server.signalOne("SIGTERM");
    await gone(server);
    assertStringIncludes(server.err.join("\n"), "stopping: finishing requests");
  });

  await t.step("executors are programs, files elsewhere are watched, and Ctrl-C ends all of the group", async () => {
    const refused = await project.weft(
      "start",
      "-f",
      "flow.yaml",
      "--extension",
      "greeting.ts",
      "--isolation",
      "process",
    );
    assertStringIncludes(refused.err, `--allow-run=${project.folder}/node_modules/deno/deno`);
    const allow = "--allow-run=deno --allow-env=NODE_V8_COVERAGE,DENO_DIR,HOME,XDG_CACHE_HOME";
    await using server = await project.start(["--isolation", "process", "--watch"], {
      env: { WEFT_ALLOW: allow },
      folder: project.elsewhere,
    });
    assertEquals(await get(server, "/Ada"), "HELLO/ADA");
    await Deno.writeTextFile(`${project.elsewhere}/flow.yaml`, flow("Good day"));
    await until("the change is served", async () => await get(server, "/Ada") === "GOOD DAY/ADA");
    server.signal("SIGINT");
    assertEquals(await server.ended(), 0, server.err.join("\n"));
    await gone(server);
  });

  await t.step("a supervised engine ends when the launcher is killed", async () => {
    const other = `${project.root}/other folder`;
    await Deno.mkdir(other);
    await using server = await project.start(["--supervise", "--allow-files", `out=${other}`], {
      env: { WEFT_ALLOW: `--allow-run=deno '--allow-write=${other}'` },
    });
    assertEquals(await get(server, "/Ada"), "HELLO/ADA");
    server.signalOne("SIGKILL");
    await gone(server);
  });

  await t.step({
    name: "as process 1 it ends with SIGTERM",
    ignore: !await canUnshare(), // only root may, or Linux has been told that nobody may
    fn: async () => {
      await using server = await project.start([], { command: "unshare", program: [...NAMESPACE, project.command] });
      assertEquals(await get(server, "/Ada"), "HELLO/ADA");
      const children = await run("ps", ["-o", "pid=", "--ppid", String(server.pid)]);
      Deno.kill(Number(children), "SIGTERM");
      assertEquals(await server.ended(), 0, server.err.join("\n"));
    },
  });

  await t.step(
    "a new project in a folder where nothing is installed yet has the schemas of its own kinds",
    async () => {
      const fresh = `${project.root}/fresh`;
      const env = { WEFT_ALLOW: `--allow-write=${project.root}` };
      const made = await weft(["init", "chat", fresh], project.options({ env }));
      assertEquals([made.code, made.err], [0, ""]);
      assertMatch(made.out, /&& npm install\nnpm test\nnpm run dev /);
      assertStringIncludes(await Deno.readTextFile(`${fresh}/schemas/specs.json`), '"kind.emoji"');
    },
  );

  // the last, as its weft.yaml has settings for what is above
  await t.step("a new project has no errors, and its tests pass", async () => {
    const made = await project.weft("init", "api", "--force");
    assertEquals([made.code, made.err], [0, ""]);
    assertMatch(made.out, /\n\nnpm install @weft\/weft@\S+ zod@\S+\nnpx weft test\nnpx weft start --watch --dev /);
    const checked = await project.weft("check");
    assertEquals([checked.code, checked.out], [0, "18 specs in 1 file: no errors\n"]);
    const tested = await project.weft("test");
    assertEquals(tested.code, 0, tested.out);
    assertMatch(tested.out, /\n5 tests: 5 passed /);
  });
});
