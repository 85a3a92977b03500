import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { startNode, type TestNode, type Value } from "@weft/weft/testing";
import { Stream } from "../../value/mod.ts";
import { write } from "./write.ts";

/** Starts a node on a new folder. */
async function start(fields: Record<string, unknown>, data: string): Promise<TestNode> {
  return await startNode(write, fields, { allowFiles: [`data=${data}`], linked: [] });
}

async function inFolder(test: (data: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/data`);
    await test(`${root}/data`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();

Deno.test("a value is written as its type or the encoding says", () =>
  inFolder(async (data) => {
    const cases: [encoding: string | undefined, payload: Value, written: string][] = [
      [undefined, "ä\n", "ä\n"],
      [undefined, new Uint8Array([65, 66]), "AB"],
      [undefined, { a: [1, null] }, '{"a":[1,null]}\n'],
      [undefined, 7, "7\n"],
      ["json", "x", '"x"\n'],
      ["text", 7, "7"],
      ["lines", ["a", "b", 3], "a\nb\n3\n"],
      ["base64", "QUI=", "AB"],
      ["bytes", new Uint8Array([65]), "A"],
    ];
    for (const [encoding, payload, written] of cases) {
      await using node = await start({ filename: "ä b", ...encoding !== undefined && { encoding } }, data);
      assertEquals(await node.send(payload), new TextEncoder().encode(written).length);
      assertEquals(await Deno.readTextFile(`${data}/ä b`), written);
    }
    for (const [encoding, payload] of [["lines", "a"], ["base64", "?"], ["bytes", "a"], ["base64", 1]] as const) {
      await using node = await start({ filename: "ä b", encoding }, data);
      assertEquals((await node.send(payload) as Failure).code, "invalid_payload");
    }
    assertEquals(await Deno.readTextFile(`${data}/ä b`), "A");
    await using node = await start({}, data);
    assertEquals(await node.send(["x", "1"]), 1);
    assertEquals(await node.send({ filename: "y", data: "22", other: 1 }), 2);
    for (const payload of ["x", ["x"], { filename: "x" }, null]) {
      assertEquals((await node.send(payload) as Failure).code, "invalid_payload");
    }
    assertEquals((await node.send(["x", new Error("lost")]) as Failure).message, "lost");
    assertEquals(await names(data), ["x", "y", "ä b"]);
  }));

Deno.test("a file is replaced as a whole, with its mode, and where a link leads", () =>
  inFolder(async (data) => {
    await Deno.mkdir(`${data}/real`);
    await Deno.writeTextFile(`${data}/real/x`, "old", { mode: 0o640 });
    await Deno.chmod(`${data}/real/x`, 0o640);
    await Deno.symlink("real/x", `${data}/x`);
    await using node = await start({ filename: "x" }, data);
    const open = await Deno.open(`${data}/real/x`);
    assertEquals(await node.send("new"), 3);
    assertEquals(await new Response(open.readable).text(), "old");
    assertEquals(await Deno.readTextFile(`${data}/real/x`), "new");
    assertEquals((await Deno.stat(`${data}/real/x`)).mode! & 0o777, 0o640);
    assertEquals((await Deno.lstat(`${data}/x`)).isSymlink, true);
    assertEquals(await names(`${data}/real`), ["x"]);
  }));

Deno.test("what exists is kept with overwrite: false, however many try at once", () =>
  inFolder(async (data) => {
    await using node = await start({ overwrite: false, createFolders: true }, data);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => node.send(["a/b/c", `${index}`])));
    assertEquals(answers.filter((answer) => !(answer instanceof Error)).length, 1);
    const errors = answers.filter((answer) => answer instanceof Error) as Failure[];
    assertEquals(new Set(errors.map(({ code }) => code)), new Set(["exists"]));
    const winner = answers.findIndex((answer) => !(answer instanceof Error));
    assertEquals(await Deno.readTextFile(`${data}/a/b/c`), String(winner));
    assertEquals(await names(`${data}/a/b`), ["c"]);
  }));

Deno.test("lines that are appended at once are all there, whole", () =>
  inFolder(async (data) => {
    await using node = await start(
      { filename: "log/x.jsonl", encoding: "json", append: true, createFolders: true },
      data,
    );
    const sent = Array.from({ length: 200 }, (_, index) => ({ index, text: "x".repeat(index) }));
    await Promise.all(sent.map((line) => node.send(line)));
    const lines = (await Deno.readTextFile(`${data}/log/x.jsonl`)).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(lines.sort((a, b) => a.index - b.index), sent);
  }));

Deno.test("nothing is written outside, into what is no file, or where no folder is", () =>
  inFolder(async (data) => {
    const outside = `${data}/../outside`;
    await Deno.mkdir(outside);
    await Deno.writeTextFile(`${outside}/x`, "mine");
    await Deno.mkdir(`${data}/sub`);
    await new Deno.Command("mkfifo", { args: [`${data}/pipe`] }).output();
    for (
      const [link, target] of [
        ["out", outside],
        ["file", `${outside}/x`],
        ["new", `${outside}/new`],
        ["gone", "gone2"],
        [
          "full",
          "/dev/full",
        ],
        ["fifo", "pipe"],
      ] as const
    ) await Deno.symlink(target, `${data}/${link}`);
    const cases: [filename: string, code: string][] = [
      ["../outside/x", "forbidden"],
      [`${outside}/x`, "forbidden"],
      ["/dev/null", "forbidden"],
      ["out/x", "forbidden"],
      ["out/deep/x", "forbidden"],
      ["file", "forbidden"],
      ["new", "forbidden"],
      ["gone", "forbidden"],
      ["full", "forbidden"],
      ["fifo", "not_a_file"],
      ["pipe", "not_a_file"],
      ["sub", "not_a_file"],
      ["", "invalid"],
      [".", "invalid"],
      ["a\0b", "invalid"],
      ["x".repeat(300), "invalid"],
    ];
    for (const fields of [{}, { append: true }, { overwrite: false }, { createFolders: true }]) {
      await using node = await start(fields, data);
      for (const [filename, code] of cases) {
        const error = await node.send([filename, "x"]) as Failure;
        assert(error instanceof Error, `${filename} ${JSON.stringify(fields)}`);
        assertEquals(error.code, code, `${JSON.stringify(filename)} ${JSON.stringify(fields)}: ${error}`);
      }
      if (!("createFolders" in fields)) {
        assertEquals((await node.send(["missing/x", "x"]) as Failure).code, "not_found");
      }
    }
    assertEquals(await names(outside), ["x"]);
    assertEquals(await Deno.readTextFile(`${outside}/x`), "mine");
    assertEquals(await names(data), ["fifo", "file", "full", "gone", "new", "out", "pipe", "sub"]);
  }));

Deno.test("a stream is written piece by piece, and one that fails leaves nothing", () =>
  inFolder(async (data) => {
    await Deno.writeTextFile(`${data}/x`, "old");
    const chunk = new Uint8Array(256 * 1024).fill(7);
    let pulled = 0;
    const stream = (count: number, fails = false) =>
      Stream.from(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            if (count-- > 0) {
              pulled++;
              return controller.enqueue(chunk);
            }
            if (fails) controller.error(new Error("the sender is gone"));
            else controller.close();
          },
        }, { highWaterMark: 0 }),
      );
    const kept = Stream.kept;
    for (const fields of [{}, { append: true }]) {
      await using node = await start({ filename: "x", maxSize: "2MiB", retry: 3, ...fields }, data);
      assertEquals((await node.send(stream(3, true)) as Failure).code, "io_error");
      pulled = 0;
      const error = await node.send(stream(1_000)) as Failure;
      assertEquals([error.code, pulled], ["too_large", 9]);
      assertEquals(await Deno.readTextFile(`${data}/x`), "old");
      assertEquals((await node.send(["", "x"].length === 2 ? "fine" : "")) as number, 4);
      await Deno.writeTextFile(`${data}/x`, "old");
    }
    await using node = await start({ filename: "x" }, data);
    assertEquals(await node.send(stream(40)), 40 * chunk.length);
    assertEquals((await Deno.stat(`${data}/x`)).size, 40 * chunk.length);
    assertEquals([await names(data), Stream.kept], [["x"], kept]);
  }));

Deno.test("a folder that is not granted, or for reading only, rejects the change", () =>
  inFolder(async (data) => {
    const starting = (fields: Record<string, unknown>, allowFiles: string[]) =>
      startNode(write, fields, { allowFiles }).then((node) => node[Symbol.asyncDispose]());
    await assertRejects(() => starting({}, []), Error, "no folder is granted: an operator grants one with start");
    await assertRejects(() => starting({}, [`${data}:ro`]), Error, 'folder "data" is for reading only');
    await assertRejects(
      () => starting({ folder: "date" }, [data]),
      Error,
      'unknown folder "date"; did you mean "data"?',
    );
    await assertRejects(() => starting({}, [`${data}/none`]), Error, 'folder "none" is missing: see --allow-files');
    await starting({}, [data]);
  }));

Deno.test("standard output and error are written to without a folder, if the spec names them", async () => {
  for (const filename of ["/dev/stdout", "/dev/stderr"]) {
    await using node = await startNode(write, { filename }, { linked: ["out", "error"] });
    assertEquals(await node.send(""), 0);
    assertEquals(node.sent.at(-1)?.port, "out");
  }
  await assertRejects(() => startNode(write, {}, {}), Error, "--allow-files");
});
