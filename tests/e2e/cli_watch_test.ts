import { assertEquals } from "@std/assert";
import { listener, nop, text } from "../cli/specs.ts";
import { until } from "../support/until.ts";
import { answerOf, folder, write } from "./files.ts";
import { Weft } from "./weft.ts";

Deno.test("--watch tries files again that waited for a port, with and without another save", async () => {
  const path = folder({ "web.yaml": [listener("web", "hello"), text("hello", "hi")] });
  await using server = await Weft.start({ args: ["-f", path, "--watch"] });
  for (const save of [true, false]) {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr as Deno.NetAddr;
    const specs = [listener("web", "hello", { port }), text("hello", `on ${port}`)];
    server.err.length = 0;
    write(`${path}/web.yaml`, specs);
    await server.line(server.err, new RegExp(`^web: address 127.0.0.1:${port} is already in use$`));
    await server.line(server.err, /^still running version/);
    taken.close();
    if (save) write(`${path}/web.yaml`, specs);
    await server.line(server.out, new RegExp(`^listening  http://127.0.0.1:${port}$`));
    assertEquals(await answerOf(`http://127.0.0.1:${port}`), `on ${port}`);
  }
  Deno.removeSync(path, { recursive: true });
});

Deno.test("--watch applies changes; a bad file changes nothing, and a deleted file deletes its specs", async () => {
  const path = folder({ "web.yaml": [listener("web", "hello")], "hello.yaml": [text("hello", "one")] });
  await using server = await Weft.start({ args: ["-f", path, "--watch"] });
  const { url } = server;
  assertEquals(await answerOf(url), "one");

  write(`${path}/hello.yaml`, [text("hello", "two")]);
  await until("it answers two", async () => await answerOf(url) === "two");
  await server.line(server.out, /^ {2}code: "one" -> "two"$/);

  write(`${path}/hello.yaml`, "- kind: snipet\n  name: hello\n");
  await server.line(server.err, /hello\.yaml:1:9: unknown kind "snipet"; did you mean "snippet"\?$/);
  await server.line(server.err, /^still running version 2$/);
  assertEquals(await answerOf(url), "two");

  write(`${path}/hello.yaml`, [text("hello", "three")]);
  write(`${path}/deep/end.yaml`, [nop("end"), listener("second", "hello")]);
  await until("it answers three", async () => await answerOf(url) === "three");
  await server.line(server.out, /^created default:end \(nop\)$/);
  await until("two listeners are told", () => server.urls.length === 2);
  assertEquals(await answerOf(server.urls[1]!), "three");

  Deno.removeSync(`${path}/deep`, { recursive: true });
  await server.line(server.out, /^deleted default:end \(nop\)$/);
  // a spec that others link to is not deleted with its file
  Deno.removeSync(`${path}/hello.yaml`);
  await server.line(server.err, /web\.yaml:\d+:\d+: .*hello/);
  assertEquals(await answerOf(url), "three");
  Deno.removeSync(path, { recursive: true });
});

Deno.test("--watch takes an emptied file for one that is not finished, and [] for none", async () => {
  const path = folder({ "web.yaml": [listener("web", "hello")], "hello.yaml": [text("hello", "one")] });
  await using server = await Weft.start({ args: ["-f", path, "--watch"] });
  const { url } = server;
  for (const unfinished of ["", "# saved in a moment\n---\n"]) {
    server.err.length = 0;
    Deno.writeTextFileSync(`${path}/hello.yaml`, unfinished);
    await server.line(server.err, /hello\.yaml: no specs yet; write \[\] if it is to have none$/);
    await server.line(server.err, /^still running version 1$/);
    assertEquals(await answerOf(url), "one");
  }
  server.err.length = 0;
  Deno.renameSync(path, `${path}.moved`);
  await server.line(server.err, /^no such file or folder: /);
  Deno.mkdirSync(path);
  await server.line(server.err, /: no spec files$/);
  assertEquals(await answerOf(url), "one");
  Deno.removeSync(path);
  Deno.renameSync(`${path}.moved`, path);
  write(`${path}/hello.yaml`, [text("hello", "two")]);
  await until("it answers two", async () => await answerOf(url) === "two");
  write(`${path}/web.yaml`, [listener("second", "hello")]);
  await server.line(server.out, /^deleted default:web \(listener\)$/);
  for (const name of ["web", "hello"]) write(`${path}/${name}.yaml`, []);
  await server.line(server.out, /^deleted default:hello \(snippet\)$/);
  Deno.removeSync(path, { recursive: true });
});

Deno.test("--watch looks again where files cannot be watched for a while", async () => {
  const path = folder({ "sub/web.yaml": [listener("web", "hello"), text("hello", "one")] });
  await using server = await Weft.start({ args: ["-f", `${path}/sub/web.yaml`, "--watch"] });
  const { url } = server;
  assertEquals(await answerOf(url), "one");
  Deno.renameSync(`${path}/sub`, `${path}/old`);
  // no folder any more, and then a link that leads to itself
  write(`${path}/sub`, "");
  await server.line(server.err, / error cannot watch files: .*[Nn]ot a directory.*; trying again$/);
  Deno.removeSync(`${path}/sub`);
  Deno.symlinkSync("sub", `${path}/sub`);
  await server.line(server.err, /^no such file or folder: /);
  assertEquals(await answerOf(url), "one");
  Deno.removeSync(`${path}/sub`);
  Deno.renameSync(`${path}/old`, `${path}/sub`);
  write(`${path}/sub/web.yaml`, [listener("web", "hello"), text("hello", "two")]);
  await until("it answers two", async () => await answerOf(url) === "two");
  write(`${path}/sub/web.yaml`, [listener("web", "hello"), text("hello", "three")]);
  await until("it answers three", async () => await answerOf(url) === "three");
  Deno.removeSync(path, { recursive: true });
});

Deno.test("--watch follows a file whose folder Kubernetes swaps", async () => {
  const path = folder({});
  const swap = (generation: string, answer: string) => {
    write(`${path}/..${generation}/flow.yaml`, [listener("web", "hello"), text("hello", answer)]);
    Deno.symlinkSync(`..${generation}`, `${path}/..data_tmp`);
    Deno.renameSync(`${path}/..data_tmp`, `${path}/..data`);
  };
  swap("1", "one");
  Deno.symlinkSync("..data/flow.yaml", `${path}/flow.yaml`);
  await using server = await Weft.start({ args: ["-f", `${path}/flow.yaml`, "--watch"] });
  assertEquals(await answerOf(server.url), "one");
  for (const [generation, answer] of [["2", "two"], ["3", "three"]] as const) {
    swap(generation, answer);
    await until(`it answers ${answer}`, async () => await answerOf(server.url) === answer);
  }
  Deno.removeSync(path, { recursive: true });
});

Deno.test("--watch starts again with changed settings and variables, and tells when what was broken is mended", async () => {
  const sum = { kind: "snippet", name: "hello", language: "{{ env.LANGUAGE }}", code: "1 + 1" };
  const path = folder({
    "weft.yaml": "file: flow.yaml\nenv-file: [.env]\n",
    ".env": "LANGUAGE=text\n",
    "flow.yaml": [listener("web", "hello"), sum],
  });
  await using server = await Weft.start({ args: ["--watch", "--config", `${path}/weft.yaml`] });
  assertEquals(await answerOf(server.url), "1 + 1");

  write(`${path}/weft.yaml`, "file: flow.yaml\nenv-fil: [.env]\n");
  await server.line(server.err, /weft\.yaml:2:1: unknown setting "env-fil"; did you mean "env-file"\?$/);
  await server.line(server.err, /^still running with the settings of before$/);
  write(`${path}/weft.yaml`, "file: flow.yaml\nenv-file: [.env]\n");
  await server.line(server.out, /^mended {5}the settings are as they were$/);

  write(`${path}/flow.yaml`, "- kind: [");
  await server.line(server.err, /flow\.yaml:1:10: invalid YAML/);
  write(`${path}/flow.yaml`, [listener("web", "hello"), sum]);
  await server.line(server.out, /^mended {5}running version 1$/);
  assertEquals(await answerOf(server.url), "1 + 1");

  server.out.length = 0;
  write(`${path}/.env`, "LANGUAGE=cel\n");
  await server.line(server.out, /^restarting with changed settings$/);
  await server.line(server.out, /^serving$/);
  assertEquals(await answerOf(server.url), "2");
  server.signal("SIGTERM");
  assertEquals(await server.ended(), 0);
  Deno.removeSync(path, { recursive: true });
});
