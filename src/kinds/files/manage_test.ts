import { assert, assertEquals } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { startNode, type Value, type ValueMap } from "@weft/weft/testing";
import { deleteKind } from "./delete.ts";
import { list } from "./list.ts";
import { move } from "./move.ts";

// The kinds `list`, `move` and `delete` on real folders.

async function inFolder(test: (data: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/data/sub/deep`, { recursive: true });
    await Deno.mkdir(`${root}/outside`);
    await Deno.writeTextFile(`${root}/outside/x`, "mine");
    await Deno.symlink(`${root}/outside`, `${root}/data/out`);
    await test(`${root}/data`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const options = (data: string) => ({ allowFiles: [data], linked: [] });

Deno.test("files are listed by a pattern, sorted, and no link leads out or in circles", () =>
  inFolder(async (data) => {
    for (const [index, name] of ["b 1.csv", "ä.csv", "a.txt", ".hidden", "sub/c.csv", "sub/deep/d.csv"].entries()) {
      await Deno.writeTextFile(`${data}/${name}`, "x".repeat(10 - index));
      await Deno.utime(`${data}/${name}`, 1_000_000 + index, 1_000_000 + index);
    }
    await Deno.symlink("..", `${data}/sub/circle`);
    await Deno.symlink("a.txt", `${data}/link`);
    await Deno.symlink("nothing", `${data}/dangling`);
    await new Deno.Command("mkfifo", { args: [`${data}/pipe`] }).output();
    const listed = async (fields: Record<string, unknown>, payload: Value = null) => {
      await using node = await startNode(list, fields, options(data));
      const answer = await node.send(payload);
      return answer instanceof Error
        ? (answer as Failure).code
        : (answer as ValueMap[]).map(({ filename }) => filename);
    };
    assertEquals(await listed({}), ["a.txt", "b 1.csv", "link", "ä.csv"]);
    assertEquals(await listed({ pattern: "**/*.csv" }), ["b 1.csv", "sub/c.csv", "sub/deep/d.csv", "ä.csv"]);
    assertEquals(await listed({ pattern: "*.csv", path: "sub" }), ["sub/c.csv"]);
    assertEquals(await listed({ pattern: "*.csv" }, "./sub/"), ["sub/c.csv"]);
    assertEquals(await listed({}, "sub/c.csv"), ["sub/c.csv"]);
    assertEquals(await listed({ hidden: true }), [".hidden", "a.txt", "b 1.csv", "link", "ä.csv"]);
    assertEquals(await listed({ type: "folder", pattern: "**" }), ["sub", "sub/circle", "sub/deep"]);
    assertEquals(await listed({ type: "all" }), [
      ...["a.txt", "b 1.csv", "dangling", "link", "out", "pipe", "sub", "ä.csv"],
    ]);
    assertEquals(
      await listed({ sort: "size" }),
      ["link", "a.txt", "ä.csv", "b 1.csv"].toSorted((a, b) =>
        ["a.txt", "link", "ä.csv", "b 1.csv"].indexOf(a) - ["a.txt", "link", "ä.csv", "b 1.csv"].indexOf(b)
      ),
    );
    assertEquals(await listed({ sort: "modified", descending: true, pattern: "*.csv" }), ["ä.csv", "b 1.csv"]);
    assertEquals(await listed({}, "../outside"), "forbidden");
    assertEquals(await listed({}, "out"), "forbidden");
    assertEquals(await listed({}, "nothing"), "not_found");
    assertEquals(await listed({ limit: 3 }), "too_large");
    await using node = await startNode(list, { pattern: "ä*" }, options(data));
    assertEquals(await node.send(null), [
      { filename: "ä.csv", type: "file", size: 9, modified: new Date(1_000_001_000) },
    ]);
  }));

Deno.test("a file is moved in one step, and takes the place of nothing unless that is wanted", () =>
  inFolder(async (data) => {
    const moving = async (fields: Record<string, unknown>, payload: Value) => {
      await using node = await startNode(move, fields, options(data));
      const answer = await node.send(payload);
      return answer instanceof Error ? (answer as Failure).code : answer;
    };
    await Deno.writeTextFile(`${data}/a`, "a");
    await Deno.writeTextFile(`${data}/b`, "b");
    assertEquals(await moving({}, ["a", "b"]), "exists");
    assertEquals(await moving({}, ["a", "missing/b"]), "not_found");
    assertEquals(await moving({}, ["nothing", "c"]), "not_found");
    assertEquals(await moving({ to: "done/", createFolders: true }, "a"), "done/a");
    assertEquals(await moving({ overwrite: true }, { filename: "./done/a", to: "./b" }), "b");
    assertEquals(await Deno.readTextFile(`${data}/b`), "a");
    assertEquals(await moving({}, ["sub", "done/sub"]), "done/sub");
    assertEquals(await moving({}, ["done", "done/sub/x"]) !== "done/sub/x", true);
    await Deno.mkdir(`${data}/empty`);
    for (const overwrite of [false, true]) {
      assertEquals(await moving({ overwrite }, ["done", "empty"]), "exists");
      assertEquals(await moving({ overwrite }, ["b", "done"]), "exists");
      assertEquals(await moving({ overwrite }, ["done", "b"]), "exists");
      for (
        const [from, to] of [["b", "../x"], ["b", "out/x"], ["out/x", "c"], ["../outside/x", "c"], ["b", "/tmp/x"]]
      ) {
        assertEquals(await moving({ overwrite }, [from!, to!]), "forbidden", `${from} ${to}`);
      }
    }
    assertEquals(await moving({}, "b"), "invalid_payload");
    // a link is moved itself
    assertEquals(await moving({}, ["out", "done/out"]), "done/out");
    assertEquals(await Deno.readTextFile(`${data}/../outside/x`), "mine");
    // many want the same place
    await using node = await startNode(move, { to: "won" }, options(data));
    for (let index = 0; index < 10; index++) await Deno.writeTextFile(`${data}/n${index}`, `${index}`);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => node.send(`n${index}`)));
    assertEquals(answers.filter((answer) => answer === "won").length, 1);
    assertEquals((await Array.fromAsync(Deno.readDir(data))).filter(({ name }) => /^n\d$/.test(name)).length, 9);
  }));

Deno.test("a file is deleted, a folder with what is in it only if that is wanted, and never what a link leads to", () =>
  inFolder(async (data) => {
    await Deno.writeTextFile(`${data}/sub/x`, "x");
    const deleting = async (fields: Record<string, unknown>, payload: Value) => {
      await using node = await startNode(deleteKind, fields, options(data));
      const answer = await node.send(payload);
      return answer instanceof Error ? (answer as Failure).code : answer;
    };
    assertEquals(await deleting({}, "sub"), "not_empty");
    assertEquals(await deleting({}, "nothing"), "not_found");
    assertEquals(await deleting({ ignoreMissing: true }, "nothing/at/all"), false);
    assertEquals(await deleting({}, { filename: "sub/x", size: 1 }), true);
    await Deno.symlink(`${data}/../outside`, `${data}/sub/out`);
    assertEquals(await deleting({ recursive: true }, "sub"), true);
    for (const filename of ["", ".", "sub/.."]) {
      const code = await deleting({ recursive: true, ignoreMissing: true }, filename);
      assert(code === "invalid" || code === "forbidden", String(code));
    }
    for (const filename of ["out/x", "../outside/x", "..", "/", `${data}`]) {
      assertEquals(await deleting({ recursive: true }, filename), "forbidden");
    }
    assertEquals(await deleting({ recursive: true }, "out"), true);
    assertEquals(await Deno.readTextFile(`${data}/../outside/x`), "mine");
    assertEquals((await Array.fromAsync(Deno.readDir(data))).length, 0);
  }));
