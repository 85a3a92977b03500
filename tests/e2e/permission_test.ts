import { assert, assertEquals, assertMatch } from "@std/assert";
import { listener, text } from "../cli/specs.ts";
import { Weft, weft } from "./weft.ts";

// The tasks run with the permissions that they need. What they may not do is an error that names the flag, and is not
// begun. `deno task` itself runs here, but for servers, which it would leave behind if a test fails.
const ROOT = new URL("../../", import.meta.url);
const TASK = ["task", "weft"];
const FLOW = [listener("web", "hello"), text("hello", "hi")];

/** Returns what a missing permission adds to an error. */
function missing(what: string, flag: string): string {
  return `missing permission to ${what}: add ${flag} to WEFT_ALLOW, or to the flags of deno run`;
}

/** Runs a task. @returns The exit code, the output and the errors, without the line in which Deno shows the task. */
async function task(args: string[], options: { env?: Record<string, string>; input?: string } = {}) {
  const { code, out, err } = await weft(args, { program: TASK, ...options });
  return { code, out: out.trimEnd(), err: err.split("\n").filter((line) => !/^Task /.test(line)).join("\n").trimEnd() };
}

/** A folder that the tasks may not write to, and one that they may; both are removed. */
class Folders implements Disposable {
  readonly outside = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "weft-permission-" }));
  readonly inside: string;

  constructor() {
    Deno.mkdirSync(new URL(".weft/", ROOT), { recursive: true });
    this.inside = Deno.makeTempDirSync({ dir: new URL(".weft/", ROOT).pathname, prefix: "permission-" });
    Deno.writeTextFileSync(`${this.outside}/flow.json`, JSON.stringify(FLOW));
  }

  /** Names of what is in the folder outside, but for the flow. */
  get outsideNames(): string[] {
    return Array.from(Deno.readDirSync(this.outside), ({ name }) => name).filter((name) => name !== "flow.json").sort();
  }

  get insideNames(): string[] {
    return Array.from(Deno.readDirSync(this.inside), ({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    for (const folder of [this.outside, this.inside]) Deno.removeSync(folder, { recursive: true });
  }
}

/** An extension on the host whose code is run when it is loaded, and when its node receives a packet. */
function extension(loading: string, receiving = ""): string {
  return `import { defineKind } from "@weft/weft/kind";
import { z } from "zod";
${loading}
export default defineKind({
  name: "deed",
  summary: "Does something.",
  place: "host",
  effect: "once",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  examples: [{ title: "Do it", spec: { kind: "deed" } }],
  prepare: () => ({ in: async () => { ${receiving} return "done"; } }),
});
`;
}

Deno.test("the tasks check and apply files from anywhere, start serves them, and --admin answers", async () => {
  using folders = new Folders();
  const { inside, outside } = folders;
  assertEquals((await task(["check", `${outside}/flow.json`])).out, "2 specs in 1 file: no errors");
  const store = `${inside}/new/registry.db`;
  const applied = await task(["apply", "-f", `${outside}/flow.json`, "--store", store]);
  assertEquals([applied.code, applied.err], [0, ""]);
  assertMatch(applied.out, /version 1$/);
  await using server = await Weft.start({
    args: ["--store", store, "--admin", "127.0.0.1:0", "--extension", "examples/greeting.ts"],
    allow: [],
  });
  assertEquals(await (await fetch(server.url)).text(), "hi");
  const admin = /^admin +(\S+)/.exec(server.out.find((line) => /^admin/.test(line))!)![1];
  const ready = await fetch(`${admin}/ready`);
  await ready.body?.cancel();
  assertEquals([ready.status, server.err], [200, []]);
});

Deno.test("deno task start serves and stops", async () => {
  const server = await Weft.start({ program: ["task", "weft"], args: ["-f", "-"], input: JSON.stringify(FLOW) });
  try {
    assertEquals(await (await fetch(server.url)).text(), "hi");
  } finally {
    server.signal("SIGTERM");
    assertEquals(await server.ended(), 0);
  }
});

Deno.test("a store outside of the folder is refused, by its path and by links, and nothing is created", async () => {
  using folders = new Folders();
  const { inside, outside } = folders;
  Deno.mkdirSync(`${outside}/there`);
  Deno.symlinkSync(`${outside}/there/linked.db`, `${inside}/link.db`);
  Deno.symlinkSync("link.db", `${inside}/second.db`);
  Deno.symlinkSync(`${outside}/there`, `${inside}/folder`);
  const flow = ["-f", `${outside}/flow.json`];
  const cases: [store: string, denied: string][] = [
    [`${outside}/there/plain.db`, `${outside}/there/plain.db`],
    // the folder has to be created too, and covers the file
    [`${outside}/new/deep/plain.db`, `${outside}/new/deep`],
    [`${inside}/link.db`, `${outside}/there/linked.db`],
    [`${inside}/second.db`, `${outside}/there/linked.db`],
    [`${inside}/folder/x.db`, `${outside}/there/x.db`],
    [`${inside}/folder/new/x.db`, `${outside}/there/new`],
  ];
  for (const [store, denied] of cases) {
    for (const command of ["apply", "start"]) {
      const { code, out, err } = await task([command, "--store", store, ...flow]);
      assertEquals([code, out], [1, ""], store);
      assertEquals(err, `${store} cannot be opened: ${missing(`write "${denied}"`, `--allow-write=${denied}`)}`);
    }
  }
  assertEquals(folders.outsideNames, ["there"]);
  assertEquals([...Deno.readDirSync(`${outside}/there`)], []);
  // the flag that the error names is enough
  for (const [store, denied] of [cases[1]!, cases[2]!]) {
    const { code, err } = await task(["apply", "--store", store, ...flow], {
      env: { WEFT_ALLOW: `--allow-write=${denied}` },
    });
    assertEquals([code, err], [0, ""], store);
  }
});

Deno.test("files are used in granted folders, and written where the program may write", async () => {
  using folders = new Folders();
  const { inside, outside } = folders;
  Deno.writeTextFileSync(`${outside}/x`, "read");
  const flow = (folder: string) =>
    JSON.stringify([
      { ...listener("web", "data"), name: "web" },
      {
        kind: "snippet",
        name: "data",
        language: "cel",
        code: "['new', 'written']",
        links: { out: [{ name: "write", port: "in" }] },
      },
      { kind: "write", name: "write", folder, overwrite: false, links: { out: [{ name: "read", port: "in" }] } },
      { kind: "read", name: "read", folder: "out", filename: "x" },
    ]);
  const granted = ["--allow-files", `in=${inside}`, "--allow-files", `out=${outside}`];
  const start = async (folder: string, flags: string[]) =>
    await task(["start", "-f", "-", ...flags], { input: flow(folder) });
  for (
    const [folder, flags, why] of [
      ["out", [], "no folder is granted: an operator grants one with start --allow-files out=FOLDER"],
      ["out", granted, `write: ${missing(`write "${outside}"`, `--allow-write=${outside}`)}`],
      ["out", ["--allow-files", `out=${outside}:ro`], 'write: folder "out" is for reading only'],
      ["in", ["--allow-files", "/"], 'invalid --allow-files "/"'],
    ] as const
  ) {
    const { code, out, err } = await start(folder, [...flags]);
    assert(code !== 0 && out === "", out);
    assert(err.includes(why), err);
  }
  await using server = await Weft.start({ args: ["-f", "-", ...granted], input: flow("in"), allow: [] });
  assertEquals(await (await fetch(server.url)).text(), "read");
  assertEquals([folders.insideNames, folders.outsideNames], [["new"], ["x"]]);
  assertEquals(Deno.readTextFileSync(`${inside}/new`), "written");
});

Deno.test("a link from outside to a store inside the folder is followed", async () => {
  using folders = new Folders();
  const { inside, outside } = folders;
  Deno.symlinkSync(`${inside}/own.db`, `${outside}/link.db`);
  const { code, err } = await task(["apply", "--store", `${outside}/link.db`, "-f", `${outside}/flow.json`]);
  assertEquals([code, err], [0, ""]);
  assert(folders.insideNames.includes("own.db"));
});

Deno.test("a variable that is not in the list is refused by name, and read with the flag", async () => {
  using folders = new Folders();
  const store = `${folders.inside}/registry.db`;
  const specs = [listener("web", "hello", { port: "{{ .PORT }}" }), text("hello", "hi")];
  Deno.writeTextFileSync(`${folders.outside}/flow.json`, JSON.stringify(specs));
  const args = ["-f", `${folders.outside}/flow.json`, "--store", store, "-e", "PORT"];
  for (const command of ["start", "apply", "check"]) {
    const { code, err } = await task([
      command,
      ...command === "check" ? args.slice(0, 2) : args.slice(0, 4),
      ...args.slice(4),
    ], {
      env: { PORT: "0" },
    });
    assertEquals(code, 1);
    assertEquals(
      err,
      `--env PORT needs its value (--env PORT=VALUE) or the permission to read it: ${
        missing('read the variable "PORT"', "--allow-env=PORT")
      }`,
    );
  }
  assertEquals(folders.insideNames, []);
  const allowed = await task(["apply", ...args], {
    env: { PORT: "0", WEFT_ALLOW: "--allow-env=PORT --allow-write=/x" },
  });
  assertEquals([allowed.code, allowed.err], [0, ""]);
  const own = await task(["apply", ...args.slice(0, 4)], { env: { WEFT_ENV: "PORT=0", WEFT_AUTHOR: "ada" } });
  assertEquals([own.code, own.err], [0, ""]);
});

Deno.test("an extension may not run programs, load libraries or import from other hosts, and nothing is begun", async () => {
  using folders = new Folders();
  const store = `${folders.inside}/registry.db`;
  const file = `${folders.outside}/deed.ts`;
  const cases: [loading: string, what: string, flag: string][] = [
    ["new Deno.Command('git').outputSync();", 'run "git"', "--allow-run=git"],
    ["Deno.dlopen('libc.so.6', {});", 'load the library "libc.so.6"', "--allow-ffi=libc.so.6"],
    ['await import("http://127.0.0.1:9/x.ts");', 'import from "127.0.0.1:9"', "--allow-import=127.0.0.1:9"],
    ['Deno.env.get("SECRET");', 'read the variable "SECRET"', "--allow-env=SECRET"],
  ];
  for (const [loading, what, flag] of cases) {
    Deno.writeTextFileSync(file, extension(loading));
    const { code, out, err } = await task([
      ...["start", "-f", `${folders.outside}/flow.json`, "--store", store, "--extension", file],
    ]);
    assertEquals([code, out], [1, ""], loading);
    assertEquals(err, `extension file://${file} cannot be loaded: ${missing(what, flag)}`);
  }
  assertEquals(folders.insideNames, []);
});

Deno.test("copies of an extension are kept in .weft, and removed at the end", async () => {
  const flow = JSON.stringify([listener("web", "hello"), text("hello", "hi")]);
  const copies = () =>
    Array.from(Deno.readDirSync(new URL(".weft/", ROOT)), ({ name }) => name).filter((name) => /^weft-ext/.test(name));
  Deno.mkdirSync(new URL(".weft/", ROOT), { recursive: true });
  const before = copies();
  // its names are mapped by a deno.json of its own
  await using server = await Weft.start({
    args: ["-f", "-", "--extension", "examples/extension"],
    input: flow,
    // a package of an extension is none of Weft's own
    allow: ["--no-lock"],
  });
  assertEquals(await (await fetch(server.url)).text(), "hi");
  assertEquals(copies().length, before.length + 1);
  server.signal("SIGTERM");
  assertEquals(await server.ended(), 0);
  assertEquals(copies(), before);
});

Deno.test("a host node that lacks a permission fails its request, and the log names the flag", async () => {
  using folders = new Folders();
  const file = `${folders.outside}/deed.ts`;
  Deno.writeTextFileSync(file, extension("", "await new Deno.Command('git').output();"));
  const flow = JSON.stringify([listener("web", "deed"), { kind: "deed", name: "deed" }]);
  await using server = await Weft.start({ args: ["-f", "-", "--extension", file], input: flow, allow: [] });
  const response = await fetch(server.url);
  await response.body?.cancel();
  assertEquals(response.status, 500);
  const line = await server.line(server.err, / error /);
  assert(line.endsWith(missing('run "git"', "--allow-run=git")), line);
});

Deno.test("an address that may not be used is refused with its flag", async () => {
  const specs = JSON.stringify([listener("web", "hello", { port: 45_678 }), text("hello", "hi")]);
  const program = ["run", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys", "--quiet", "main.ts"];
  for (const [args, who] of [[[], "web"], [["--admin", "127.0.0.1:45678"], "admin"]] as const) {
    const input = who === "web" ? specs : JSON.stringify([text("hello", "hi")]);
    const { code, err } = await weft(["start", "-f", "-", ...args], { input, program });
    assertEquals(code, 1);
    const address = "127.0.0.1:45678";
    assert(err.includes(`${who}: cannot listen on ${address}: `), err);
    assert(err.includes(missing(`use the address "${address}"`, `--allow-net=${address}`)), err);
  }
});

Deno.test("a node that connects to a websocket needs no more permissions", async () => {
  const answered = Promise.withResolvers<string>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => answered.resolve(data);
    return response;
  });
  const host = `127.0.0.1:${server.addr.port}`;
  const links = { out: [{ name: "answer", port: "in" }] };
  const flow = [
    listener("web", "answer"),
    { kind: "websocket", name: "client", url: `ws://${host}`, links },
    { kind: "snippet", name: "answer", language: "cel", code: "self.data + ' back'" },
  ];
  await using weft = await Weft.start({
    args: ["-f", "-", "--allow-private", host],
    input: JSON.stringify(flow),
    allow: [],
  });
  assertEquals(await answered.promise, "hello back");
  assertEquals(weft.err.filter((line) => !line.includes(" info ")), []);
});
