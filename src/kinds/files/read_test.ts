import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { type NodeOptions, startNode, type Value } from "@weft/weft/testing";
import { until } from "../../../tests/support/until.ts";
import { Stream, TIMED_OUT, within } from "../../value/mod.ts";
import { read } from "./read.ts";

/** A folder with another one beside it, which nodes are not to see. */
class Folders implements AsyncDisposable {
  readonly root = Deno.makeTempDirSync();
  readonly data = `${this.root}/data`;
  readonly options: NodeOptions = { allowFiles: [this.data], linked: [] };

  constructor() {
    Deno.mkdirSync(this.data);
    Deno.mkdirSync(`${this.root}/data-2`);
    Deno.writeTextFileSync(`${this.root}/secret`, "secret");
    Deno.writeTextFileSync(`${this.root}/data-2/secret`, "secret");
  }

  write(name: string, content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(`${this.data}/${name}`, bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

Deno.test("the content is what its encoding says", async () => {
  await using folders = new Folders();
  folders.write("ä b.txt", "\ufeffone\r\ntwo\n");
  folders.write("x.json", '{"a": [1, null]}\n');
  folders.write("x.bin", new Uint8Array([0, 255, 1]));
  folders.write("empty", "");
  const reading = async (encoding: string | undefined, filename: Value) => {
    await using node = await startNode(read, encoding === undefined ? {} : { encoding }, folders.options);
    return await node.send(filename);
  };
  assertEquals(await reading(undefined, "ä b.txt"), "one\r\ntwo\n");
  assertEquals(await reading("lines", { filename: "./ä b.txt", size: 1 }), ["one", "two"]);
  assertEquals(await reading("lines", "empty"), []);
  assertEquals(await reading("json", "x.json"), { a: [1, null] });
  assertEquals(await reading("bytes", "x.bin"), new Uint8Array([0, 255, 1]));
  assertEquals(await reading("base64", "x.bin"), "AP8B");
  assertEquals(await reading("bytes", ["x.bin", 2]), new Uint8Array([0, 255]));
  assertEquals(await reading("bytes", { filename: "x.bin", offset: 1, length: 1 }), new Uint8Array([255]));
  assertEquals(await reading("text", { filename: "x.json", offset: 1_000 }), "");
  for (const [encoding, filename] of [["text", "x.bin"], ["json", "ä b.txt"], ["json", "empty"]]) {
    const error = await reading(encoding, filename!) as Failure;
    assertEquals(error.code, "bad_content", String(error));
    assertEquals(error.details, { folder: "data", filename: filename! });
  }
  for (const payload of [null, 7, {}, ["x.bin", -1], ["x.bin", 1.5], { filename: 1 }]) {
    assertEquals((await reading("bytes", payload) as Failure).code, "invalid_payload");
  }
});

Deno.test("no path and no link leads out of the folder, and what is no file is not opened", async () => {
  await using folders = new Folders();
  const { data, root } = folders;
  folders.write("ok", "ok");
  await Deno.mkdir(`${data}/sub`);
  for (
    const [link, target] of [
      ["out", `${root}/secret`],
      ["up", ".."],
      ["beside", "../data-2"],
      ["root", "/"],
      ["dangling", "nothing"],
      ["loop", "loop"],
      ["inside", "sub/../ok"],
      ["null", "/dev/null"],
    ] as const
  ) await Deno.symlink(target, `${data}/${link}`);
  await new Deno.Command("mkfifo", { args: [`${data}/pipe`] }).output();
  await using node = await startNode(read, { timeout: "5s" }, folders.options);
  const cases: [filename: string, code: string][] = [
    ["../secret", "forbidden"],
    ["sub/../../secret", "forbidden"],
    ["sub/..", "forbidden"],
    [`${root}/secret`, "forbidden"],
    [`${data}/ok`, "forbidden"],
    ["/dev/stdin", "forbidden"],
    ["out", "forbidden"],
    ["up/secret", "forbidden"],
    ["beside/secret", "forbidden"],
    ["root/etc/passwd", "forbidden"],
    ["root/dev/zero", "forbidden"],
    ["null", "forbidden"],
    ["loop", "forbidden"],
    ["dangling", "not_found"],
    ["nothing", "not_found"],
    ["ok/more", "not_found"],
    ["stdin", "not_found"],
    ["pipe", "not_a_file"],
    ["sub", "not_a_file"],
    ["", "not_a_file"],
    [".", "not_a_file"],
    ["o\0k", "invalid"],
    ["x".repeat(300), "invalid"],
    ["x/".repeat(3_000), "invalid"],
  ];
  for (const [filename, code] of cases) {
    const error = await node.send(filename) as Failure;
    assertEquals(error.code, code, `${filename}: ${error}`);
    assert(!error.message.includes(root) || filename.includes(root), error.message);
  }
  assertEquals(await node.send("inside"), "ok");
  assertEquals(await node.send("sub//./..ok".replace("sub//./..", "./")), "ok");
  const missing = await node.send("nothing") as Failure;
  assertEquals(missing.message, 'cannot read "nothing" in folder "data": there is no such file or folder');
});

Deno.test("a link that is swapped in all the time never leads out", async () => {
  await using folders = new Folders();
  const { data, root } = folders;
  folders.write("turned", "inside");
  await using node = await startNode(read, {}, folders.options);
  // another program, as fast as it can
  const program = `
    const [data, secret] = Deno.args;
    console.log("begun");
    for (;;) {
      try {
        Deno.symlinkSync(secret, data + "/swap"); Deno.renameSync(data + "/swap", data + "/turned");
        Deno.writeTextFileSync(data + "/swap", "inside"); Deno.renameSync(data + "/swap", data + "/turned");
      } catch { break; }
    }`;
  const swapper = new Deno.Command(Deno.execPath(), {
    args: ["eval", program, data, `${root}/secret`],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const begun = swapper.stdout.getReader();
  await begun.read();
  const seen = new Map<string, number>();
  try {
    for (let count = 0; count < 500; count++) {
      const answer = await node.send("turned");
      const what = answer instanceof Error ? `error ${(answer as Failure).code}` : String(answer);
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
  } finally {
    swapper.kill("SIGKILL");
    await swapper.status;
    await begun.cancel();
  }
  assertEquals([...seen.keys()].filter((what) => !["inside", "error forbidden", "error not_found"].includes(what)), []);
  assert((seen.get("error forbidden") ?? 0) > 0, JSON.stringify([...seen]));
});

Deno.test("a file that comes later is waited for by retry, with the errors that it names", async () => {
  await using folders = new Folders();
  const retry = { attempts: 5, delay: "1s", jitter: 0, on: ["not_found"] };
  await using node = await startNode(read, { retry }, folders.options);
  const answer = node.send("late");
  const { clock } = node;
  await until("the second wait has begun", async () => {
    await clock.advance(500);
    return clock.now() >= Date.UTC(2026, 0, 1, 0, 0, 2);
  });
  folders.write("late", "here");
  await until("it is read", async () => {
    await clock.advance(500);
    return await within(5, answer) !== TIMED_OUT;
  });
  assertEquals(await answer, "here");
  await using once = await startNode(read, {}, folders.options);
  assertEquals((await once.send("never") as Failure).code, "not_found");
});

Deno.test("what is large is an error, or a stream where that is wanted", async () => {
  await using folders = new Folders();
  const size = 3 * 1024 * 1024;
  folders.write("large", new Uint8Array(size).fill(7));
  folders.write("small", "small");
  await using plain = await startNode(read, {}, folders.options);
  const error = await plain.send("large") as Failure;
  assertEquals(error.code, "too_large");
  assertMatch(error.message, /it has 3145728 bytes, more than maxSize 1048576; stream: true/);
  const kept = Stream.kept;
  {
    // the stream is taken while its process is open
    let bytes = 0;
    const answers = {
      out: async (payload: Value) => {
        if (!(payload instanceof Stream)) return payload;
        assertEquals(payload.length, size);
        for await (const chunk of payload.take()) bytes += chunk.length;
        return bytes;
      },
    };
    await using node = await startNode(read, { encoding: "bytes", stream: "1MiB" }, {
      allowFiles: [folders.data],
      answers,
    });
    assertEquals(await node.send("large"), size);
    assertEquals(await node.send("small"), new TextEncoder().encode("small"));
    // nobody takes this one
    await using other = await startNode(read, { stream: true }, folders.options);
    assert(await other.send("large") instanceof Stream);
  }
  while (Stream.kept > kept) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("a file that becomes shorter while it is read ends its stream with an error", async () => {
  await using folders = new Folders();
  folders.write("x", new Uint8Array(1024 * 1024));
  const answers = {
    out: async (payload: Value) => {
      const reader = (payload as Stream).take().getReader();
      await reader.read();
      await Deno.truncate(`${folders.data}/x`, 100);
      try {
        while (!(await reader.read()).done);
        return "complete";
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
  await using node = await startNode(read, { stream: true }, { allowFiles: [folders.data], answers });
  assertEquals(await node.send("x"), "the file has become shorter while it was read");
  // a file that is deleted can be read to its end
  folders.write("y", "here");
  await using reader = await startNode(read, { filename: "y", stream: true }, {
    allowFiles: [folders.data],
    answers: {
      out: async (payload: Value) => {
        await Deno.remove(`${folders.data}/y`);
        return await new Response((payload as Stream).take()).text();
      },
    },
  });
  assertEquals(await reader.send(null), "here");
});
