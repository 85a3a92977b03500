import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../cli/project.ts";
import { listener, text } from "../cli/specs.ts";
import { answerOf, folder, write } from "./files.ts";
import { Weft, weft } from "./weft.ts";

Deno.test("start prints version, namespace, store and every URL", async () => {
  const flow = [listener("web", "hello"), listener("more", "hello"), text("hello", "hi")];
  await using server = await Weft.start({ args: ["-f", "-"], input: JSON.stringify(flow) });
  const { version } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  assertEquals(server.out.slice(0, 4), [
    `weft       ${version}`,
    "namespace  default",
    "store      memory:",
    "running    version 1",
  ]);
  assertEquals(server.urls.length, 2);
  for (const url of server.urls) assertEquals(await answerOf(url), "hi");
  assertEquals([server.out.at(-1), server.err], ["serving", []]);
});

Deno.test("each flag of start does what its help says", async () => {
  const code = "export default () => {\n  console.log('heard');\n  throw new Error('sore throat');\n};\n";
  const path = folder({
    "web.yaml": [listener("web", "hello", { port: "{{ env.PORT }}" })],
    "hello.yaml": [{ kind: "snippet", name: "hello", language: "javascript", code }],
    "port.env": "PORT=0\n",
  });
  await using server = await Weft.start({
    args: [
      ...["-f", path, "-n", "shop", "--env-file", `${path}/port.env`, "--env", "OTHER=1", "--store", `${path}/x.db`],
      ...["--host", "127.0.0.2", "--executors", "1", "--executor-memory", "64", "--dev", "--strict"],
      ...[
        "--log-format",
        "json",
        "--watch",
        "--log-level",
        "warn,nodes=debug",
        "--access-log",
        "json",
        "--extension",
        "examples/greeting.ts",
        "--author",
        "ann",
      ],
    ],
  });
  const messages = server.out.map((line) => JSON.parse(line).message);
  assertEquals(messages.slice(0, 2), ["created shop:hello (snippet)", "created shop:web (listener)"]);
  assertEquals(messages.slice(3, 6), ["namespace shop", `store ${path}/x.db`, "running version 1"]);
  assertMatch(server.url, /^http:\/\/127\.0\.0\.2:\d+$/);
  assertMatch(await answerOf(server.url), /sore throat/);
  const line = JSON.parse(await server.line(server.err, /heard/));
  assertEquals([line.level, line.part, line.message], ["info", "nodes", "heard"]);
  const access = JSON.parse(await server.line(server.out, /"part":"access"/));
  assertEquals(
    [access.listener, access.process, access.client, access.method, access.path, access.status],
    ["web", line.process, "127.0.0.1", "GET", "/", 500],
  );
  const [made] = JSON.parse((await runCommand(["history", "--store", `${path}/x.db`, "-o", "json"])).out);
  assertEquals([made.id, made.author, made.message], [1, "ann", `start -f ${path}`]);
  write(`${path}/hello.yaml`, "- kind: snipet\n");
  await server.line(server.err, /still running version 1/);
  server.signal("SIGTERM");
  assertEquals(await server.ended(), 0);
  const all = [...server.out, ...server.err].map((line) => JSON.parse(line));
  for (const { time, level, part, message } of all) assert(time && level && part && message, message);
  const wrong = all.find(({ message }) => message.includes("unknown kind"));
  assertEquals([wrong.level, wrong.part], ["error", "engine"]);
  assertEquals(all.filter(({ message }) => message.startsWith("stopping")), [], "info of the engine is not written");
  Deno.removeSync(path, { recursive: true });
});

Deno.test("common mistakes are reported in one line with exit code 1", async () => {
  const path = folder({
    "web.yaml": [listener("web", "hello", { port: "{{ env.PORT }}" }), text("hello", "hi")],
    "broken.yaml": "- kind: [\n",
    "kind.yaml": "- kind: snipet\n",
    "empty/readme.md": "",
    "throws.ts": "throw new Error('out of paint');",
    "settings.yaml": "stor: x\n",
    "late.yaml": [{
      kind: "snippet",
      name: "busy",
      language: "javascript",
      code: "throw new Error('not today');\nexport default () => 1;\n",
    }],
  });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  type Mistake = [args: string[], err: RegExp, code?: number];
  /** What is noticed before anything is started. */
  const early: Mistake[] = [
    [["-f", `${path}/web.yaml`, "--extension", `${path}/throws.ts`], /throws\.ts cannot be loaded: out of paint$/],
    [["--config", `${path}/settings.yaml`], /settings\.yaml:1:1: unknown setting "stor"; did you mean "store"\?$/],
    [["-f", "-", "--watch"], /^--watch requires files or folders; name them with --file\n/, 2],
  ];
  const late: Mistake[] = [
    [
      ["-f", `${path}/web.yaml`, "-e", `PORT=${port}`],
      new RegExp(`^web: address 127.0.0.1:${port} is already in use$`),
    ],
    [["-f", `${path}/no.yaml`], new RegExp(`^no such file or folder: ${path}/no.yaml$`)],
    [["-f", `${path}/empty`], new RegExp(`^no .yaml, .yml or .json files in ${path}/empty$`)],
    [
      ["broken", "kind", "web"].flatMap((name) => ["-f", `${path}/${name}.yaml`]),
      new RegExp(
        "broken\\.yaml:1:10: invalid YAML: [^\\n]+\n" +
          '\\S+kind\\.yaml:1:9: unknown kind "snipet"; did you mean "snippet"\\?\n' +
          "\\S+web\\.yaml:6:\\d+: invalid template: the variable PORT is not set; [^\\n]+$",
      ),
    ],
    [["-f", `${path}/late.yaml`], /late\.yaml:\d+:\d+: not today$/],
    [["--store", "memory:"], /^--store memory: starts empty and requires spec files; name them with --file\n/, 2],
    [
      ["--log-format", "json", "--log-level", "info,htp=warn"],
      /^\{"time":"[^"]+","level":"error","part":"engine",.*did you mean \\"http\\"/,
      2,
    ],
  ];
  for (const [run, cases] of [[runCommand, early], [weft, late]] as const) {
    for (const [args, pattern, wanted = 1] of cases) {
      const { code, out, err } = await run(["start", ...args]);
      assertEquals([code, out], [wanted, ""], args.join(" "));
      // on a busy machine Deno may write how a thread ended that was about to start
      assertMatch(
        err.replace(/^error: Uncaught \(in worker ""\) Error: execution terminated\n/gm, "").trimEnd(),
        pattern,
      );
    }
  }
  Deno.removeSync(path, { recursive: true });
});

Deno.test("start runs the head of a store, and applies files to it first", async () => {
  const path = folder({ "web.yaml": [listener("web", "hello"), text("hello", "hi")] });
  const store = `${path}/new/registry.db`;
  {
    await using server = await Weft.start({ args: ["--store", store] });
    assertEquals(server.out.filter((line) => /^running/.test(line)), ["running    version 0"]);
    await server.line(server.err, /^namespace "default" is empty; run "weft apply -f FILE" to add specs$/);
    const { code, out } = await runCommand(["apply", "-f", `${path}/web.yaml`, "--store", store]);
    assertEquals(code, 0);
    assertMatch(out, new RegExp(`version 1\nruntime ${server.pid} \\(namespace default\\) applied version 1$`));
  }
  write(`${path}/web.yaml`, [listener("web", "hello"), text("hello", "bye")]);
  for (const [args, answer] of [[[], "hi"], [["-f", `${path}/web.yaml`], "bye"], [[], "bye"]] as const) {
    await using server = await Weft.start({ args: ["--store", store, ...args] });
    assertEquals(await answerOf(server.url), answer);
  }
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a head that cannot be run is an error with --strict; otherwise its newest working ancestor runs", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const path = folder({ "web.yaml": [listener("web", "hello"), text("hello", "hi")] });
  const store = `${path}/registry.db`;
  await runCommand(["apply", "-f", `${path}/web.yaml`, "--store", store]);
  write(`${path}/web.yaml`, [listener("web", "hello", { port })]);
  await runCommand(["apply", "-f", `${path}/web.yaml`, "--store", store]);
  const { code, err } = await weft(["start", "--store", store, "--strict"]);
  assertEquals(code, 1);
  assertMatch(
    err,
    new RegExp(`127.0.0.1:${port} is already in use[^]*\nversion 2 was rejected; exiting because of --strict\n`),
  );
  await using server = await Weft.start({ args: ["--store", store] });
  assert(server.out.includes("running    version 1"));
  assertEquals(await answerOf(server.url), "hi");
  await server.line(server.err, /running version 1; head is 2$/);
  const status = JSON.parse((await runCommand(["status", "--store", store, "-o", "json"])).out);
  assertEquals([status.runtimes[0].state, status.runtimes[0].pid], ["rejected", server.pid]);
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a start with no version that can run exits with 1 and the reasons; --keep-going serves nothing until one can", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const path = folder({ "web.yaml": [listener("web", "hello", { port }), text("hello", "hi")] });
  const store = `${path}/registry.db`;
  await runCommand(["apply", "-f", `${path}/web.yaml`, "--store", store]);
  const { code, out, err } = await weft(["start", "--store", store]);
  assertEquals([code, out], [1, ""]);
  assertEquals(err.trimEnd().split("\n"), [
    `version 1 cannot be loaded: web: address 127.0.0.1:${port} is already in use`,
    'no older version with specs of namespace "default" can be loaded',
  ]);
  // the same for files that are applied first
  const applied = await weft(["start", "--store", store, "-f", `${path}/web.yaml`]);
  assertEquals([applied.code, applied.err], [1, err]);
  await using server = await Weft.start({ args: ["--store", store, "--keep-going"] });
  assert(server.out.includes("running    version 0"));
  taken.close();
  await server.line(server.err, /version 1 runs$/);
  assertEquals(await answerOf(`http://127.0.0.1:${port}`), "hi");
  Deno.removeSync(path, { recursive: true });
});

Deno.test("what other namespaces of a store hold does not keep a runtime from serving its own", async () => {
  const path = folder({
    "a.yaml": [
      { ...listener("web", "hello", { port: "{{ .PORT }}" }), namespace: "a" },
      { ...text("hello", "a"), namespace: "a" },
      { kind: "greeting", name: "hi", namespace: "a", greeting: "Hi" },
    ],
    "b.yaml": [{ ...listener("web", "hello"), namespace: "b" }, { ...text("hello", "b"), namespace: "b" }],
  });
  const store = `${path}/registry.db`;
  for (const file of ["b.yaml", "a.yaml"]) {
    const { code, err } = await runCommand([
      ...["apply", "-f", `${path}/${file}`, "--store", store, "--extension", "examples/greeting.ts"],
    ]);
    assertEquals([code, err], [0, ""]);
  }
  await using server = await Weft.start({ args: ["--store", store, "-n", "b", "--strict"] });
  assert(server.out.includes("running    version 2"));
  assertEquals([await answerOf(server.url), server.err], ["b", []]);
  Deno.removeSync(path, { recursive: true });
});

Deno.test("start with files evaluates the templates of its own namespace only, and checks the syntax of the others", async () => {
  const flowOf = (namespace: string, port: unknown) => [
    { ...listener("web", "hello", { port }), namespace },
    { ...text("hello", namespace), namespace },
  ];
  const path = folder({ "a.yaml": flowOf("a", "{{ .PORT }}"), "b.yaml": flowOf("b", "{{ .OTHER }}") });
  const store = `${path}/registry.db`;
  const files = ["-f", path, "--store", store];
  {
    await using server = await Weft.start({ args: [...files, "-n", "b", "-e", "OTHER=0", "--strict"] });
    assertEquals([await answerOf(server.url), server.urls.length, server.err], ["b", 1, []]);
  }
  // the value is that of whoever runs it, also where it was set while another namespace was started
  {
    await using server = await Weft.start({ args: [...files, "-n", "b", "-e", "OTHER=0", "-e", "PORT=nonsense"] });
    assertEquals(await answerOf(server.url), "b");
  }
  await using server = await Weft.start({ args: ["--store", store, "-n", "a", "-e", "PORT=0", "--strict"] });
  assertEquals(await answerOf(server.url), "a");
  const own = await weft(["start", "-f", path, "-n", "b"]);
  assertEquals(own.code, 1);
  assertMatch(own.err, /b\.yaml:\d+:\d+: invalid template: the variable OTHER is not set; [^\n]+\n$/);
  write(`${path}/a.yaml`, flowOf("a", "{{ 1 + }}"));
  const broken = await weft(["start", "-f", path, "-n", "b", "-e", "OTHER=0"]);
  assertEquals(broken.code, 1);
  assertMatch(broken.err, /a\.yaml:\d+:\d+: invalid template: /);
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a version that a runtime rejected for a port is tried again by the next apply of the same file, which tells", async () => {
  const path = folder({ "web.yaml": [listener("web", "hello"), text("hello", "hi")] });
  const store = `${path}/registry.db`;
  await using server = await Weft.start({ args: ["-f", `${path}/web.yaml`, "--store", store] });
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  write(`${path}/web.yaml`, [listener("web", "hello", { port }), text("hello", "hi")]);
  const apply = () => runCommand(["apply", "-f", `${path}/web.yaml`, "--store", store]);
  const rejected = new RegExp(
    `runtime ${server.pid} \\(namespace default\\) rejected version 2, still running version 1:\n` +
      `  web: address 127.0.0.1:${port} is already in use$`,
  );
  const first = await apply();
  assertEquals(first.code, 1);
  assertMatch(first.out, rejected);
  // nothing changes, which does not hide it
  const second = await apply();
  assertEquals(second.code, 1);
  assertMatch(second.out, /^no changes: head is version 2\n/);
  assertMatch(second.out, rejected);
  taken.close();
  const third = await apply();
  // the runtime may have been faster
  assertMatch(third.out, /^no changes: head is version 2(\nruntime \d+ \(namespace default\) applied version 2)?$/);
  assertEquals(third.code, 0);
  assertEquals(await answerOf(`http://127.0.0.1:${port}`), "hi");
  Deno.removeSync(path, { recursive: true });
});
