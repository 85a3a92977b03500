import { assertEquals, assertRejects } from "@std/assert";
import { startNode } from "@weft/weft/testing";
import { OutputStream } from "./output_stream.ts";
import { print } from "./print.ts";

Deno.test("print appends texts to a file of a granted folder, and says how many bytes it has printed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const options = { allowFiles: [`data=${folder}`], linked: ["out", "error"] };
    {
      await using node = await startNode(print, { filename: "journal.txt" }, options);
      assertEquals(await node.send("100% é\n"), 8);
      assertEquals(await node.send(["%s: %d\n", "Ada", 3]), 7);
      assertEquals(await node.send({ a: 1 }), 7);
      await node.send(["%d", "x"]);
      assertEquals(node.sent.at(-1)?.port, "error");
    }
    assertEquals(await Deno.readTextFile(`${folder}/journal.txt`), '100% é\nAda: 3\n{"a":1}');
    {
      await using node = await startNode(print, {}, options);
      assertEquals(await node.send(["other.txt", "%s\n", "a"]), 2);
      for (const payload of [["other.txt"], [1, 2], ["../out.txt", "a"]]) {
        await node.send(payload);
        assertEquals(node.sent.at(-1)?.port, "error", String(payload));
      }
    }
    assertEquals(await Deno.readTextFile(`${folder}/other.txt`), "a\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("print to the streams of the program needs no folder, a file does", async () => {
  await using node = await startNode(print, {}, { linked: ["out", "error"] });
  assertEquals(await node.send(""), 0);
  assertEquals(await node.send(["/dev/stderr", ""]), 0);
  await node.send(["a.txt", "a"]);
  assertEquals(node.sent.at(-1)?.port, "error");
  await assertRejects(() => startNode(print, { filename: "a.txt" }), Error, "--allow-files");
});

Deno.test("texts are written one after another as a whole, and do not wait without end", async () => {
  const written: string[] = [];
  let release = () => {};
  const stream = new OutputStream({
    async write(bytes) {
      if (bytes[0] === 33) throw new Error("gone");
      if (written.length === 0) await new Promise<void>((resolve) => release = resolve);
      const part = bytes.subarray(0, 3);
      written.push(new TextDecoder().decode(part));
      return part.length;
    },
  });
  const first = stream.write("abcde");
  const second = stream.write("fg");
  await assertRejects(() => stream.write("x".repeat(1024 * 1024)), Error, "nobody reads");
  await new Promise((resolve) => setTimeout(resolve));
  release();
  assertEquals([await first, await second], [5, 2]);
  assertEquals(written, ["abc", "de", "fg"]);
  await assertRejects(() => stream.write("!"), Error, "cannot be written");
  assertEquals(await stream.write("h"), 1);
});
