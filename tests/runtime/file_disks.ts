/**
 * Checks of nodes that use files of several disks, and of a full one: run as a program with all permissions, whose files
 * may have no more than 512 KiB. Its arguments are two folders on different disks.
 */
import { assert, assertEquals } from "@std/assert";
import type { Failure, Kind } from "../../src/kind/mod.ts";
import { KINDS } from "../../src/kinds/mod.ts";
import { startNode } from "../../src/testing/mod.ts";
import { Stream } from "../../src/value/mod.ts";

const LIMIT = 512 * 1024;
const kind = (name: string): Kind => KINDS.find((kind) => kind.name === name)!;
const names = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

/** Writes more than there is space for. */
async function fill(folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/x`, "old\n");
  const large = new Uint8Array(LIMIT * 2);
  for (const append of [false, true]) {
    await using node = await startNode(kind("write"), { filename: "x", append }, { allowFiles: [`data=${folder}`] });
    const contents = [large, Stream.from(new Blob([large]).stream() as ReadableStream<Uint8Array>)];
    for (const content of contents) {
      const error = await node.send(content) as Failure;
      assertEquals(error.code, "disk_full", String(error));
      assert(
        error.message.startsWith(`cannot ${append ? "append to" : "write"} "x" in folder "data": `),
        error.message,
      );
      assertEquals(await Deno.readTextFile(`${folder}/x`), "old\n");
    }
    assertEquals(await node.send(append ? "new\n" : "old\n"), 4);
  }
  assertEquals(await Deno.readTextFile(`${folder}/x`), "old\nnew\n");
  assertEquals(names(folder), ["x"]);
}

/** Moves files from one disk to another. */
async function moveBetween(folder: string, other: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/a`, "content");
  await Deno.mkdir(`${folder}/sub`);
  const allowFiles = [`data=${folder}`, `other=${other}`];
  await using node = await startNode(kind("move"), { folder: "data", toFolder: "other" }, { allowFiles, linked: [] });
  assertEquals(await node.send(["a", "b"]), "b");
  assertEquals(await Deno.readTextFile(`${other}/b`), "content");
  await Deno.writeTextFile(`${folder}/a`, "again");
  assertEquals((await node.send(["a", "b"]) as Failure).code, "exists");
  assertEquals((await node.send(["sub", "s"]) as Failure).code, "io_error");
  assertEquals([names(folder), names(other)], [["a", "sub", "x"], ["b"]]);
}

if (import.meta.main) {
  const [folder, other] = Deno.args;
  await fill(folder!);
  if (other !== undefined) await moveBetween(folder!, other);
  console.log("done");
}
