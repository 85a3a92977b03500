import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml";
import { DENO_VERSION } from "../../scripts/npm/manifest.ts";
import { taskArguments } from "../../scripts/task_arguments.ts";
import config from "../../deno.json" with { type: "json" };

// Of what Weft is deployed with, that which can be checked without a container or systemd.

const ROOT = new URL("../../", import.meta.url);

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

interface Job {
  uses?: string;
  needs?: string[];
  permissions?: Record<string, string>;
  steps?: { uses?: string; run?: string; with?: Record<string, unknown> }[];
}

interface Workflow {
  name: string;
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

async function workflow(name: string): Promise<Workflow> {
  return parse(await read(`.github/workflows/${name}.yml`)) as unknown as Workflow;
}

Deno.test("workflows are YAML with what GitHub requires, may read by default, and pin their actions", async () => {
  for await (const { name } of Deno.readDir(new URL(".github/workflows/", ROOT))) {
    const { on, permissions, jobs } = await workflow(name.replace(/\.yml$/, ""));
    assert(Object.keys(on).length > 0, name);
    assertEquals(permissions, { contents: "read" }, name);
    for (const [id, job] of Object.entries(jobs)) {
      for (const needed of job.needs ?? []) assert(needed in jobs, `${name}: ${id} needs ${needed}`);
      if (job.uses !== undefined) assert(await Deno.stat(new URL(job.uses, ROOT)), job.uses);
      else assert(job.steps!.length > 0, `${name}: ${id}`);
      for (const { uses, run } of job.steps ?? []) {
        assert((uses === undefined) !== (run === undefined), `${name}: ${id}`);
        if (uses !== undefined) assertMatch(uses, /^[\w-]+\/[\w-]+@v\d+$/);
        // tasks and scripts that it runs exist
        for (const [, task] of run?.matchAll(/deno task ([\w:]+)/g) ?? []) assert(task! in config.tasks, task);
        for (const [path] of run?.matchAll(/(?:scripts|\.ci)\/[\w./]+/g) ?? []) {
          assert(await Deno.stat(new URL(path, ROOT)), path);
        }
      }
    }
  }
});

Deno.test("a release waits for the tests, and only what publishes without a password may ask for an identity", async () => {
  const { jobs } = await workflow("release");
  for (const [id, { needs = [], permissions }] of Object.entries(jobs)) {
    if (id === "version" || id === "test") continue;
    assertEquals(needs, ["version", "test"], id);
    assertEquals("id-token" in permissions!, id === "npm" || id === "jsr", id);
  }
});

Deno.test("the version of Deno is the same wherever it is named", async () => {
  assertMatch(await read("Dockerfile"), new RegExp(`^FROM denoland/deno:${DENO_VERSION}$`, "m"));
  assert((await read(".ci/run")).includes(`deno@${DENO_VERSION}`));
  assert((await read("README.md")).includes(`npx -y deno@${DENO_VERSION} task start`));
  for (const { steps = [] } of Object.values((await workflow("release")).jobs)) {
    for (const { with: options = {} } of steps) {
      if ("deno-version" in options) assertEquals(options["deno-version"], DENO_VERSION);
    }
  }
});

Deno.test("the image gives the permissions of the task", async () => {
  const text = (await read("deploy/weft.sh")).replaceAll(/\s*\\\n\s*/g, " ");
  const words = /^exec deno (.*)$/m.exec(text)![1]!.split(" ").filter((word) => !/root\//.test(word));
  assertEquals(words, [...taskArguments("weft", ["$WEFT_ALLOW"]).slice(0, -1), '"$@"']);
});

Deno.test("what the page says about deno install has the flags of the task", async () => {
  const text = (await read("docs/installing.md")).replaceAll("'", "");
  const block = text.split("```").find((block) => block.includes("deno install") && block.includes(" main.ts"))!;
  const words = block.split(/[\s\\]+/);
  const [, ...flags] = taskArguments("weft").slice(0, -1);
  assertEquals(flags.filter((flag) => !words.includes(flag)), []);
  const jsr = text.split("```").find((block) => block.includes("jsr:@weft/weft/cli"))!;
  assert(jsr.includes(flags.find((flag) => flag.startsWith("--v8-flags"))!));
});

Deno.test("containers and the unit have more time to stop than requests have to end, and their files are YAML", async () => {
  const { services, volumes } = parse(await read("compose.yaml")) as unknown as {
    services: Record<string, { volumes: string[]; stop_grace_period?: string; depends_on?: Record<string, unknown> }>;
    volumes: Record<string, unknown>;
  };
  for (const { volumes: used, depends_on = {} } of Object.values(services)) {
    for (const volume of used) assert(/^\./.test(volume) || volume.split(":")[0]! in volumes, volume);
    for (const name of Object.keys(depends_on)) assert(name in services, name);
  }
  const stop = Number(/^TimeoutStopSec=(\d+)$/m.exec(await read("deploy/weft.service"))![1]);
  assert(stop > 30 && Number.parseInt(services.weft!.stop_grace_period!) > 30);
});
