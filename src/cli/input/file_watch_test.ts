import { assertEquals } from "@std/assert";
import { watchFiles } from "./file_watch.ts";

const NOTHING = 400;

/** Counts the reported changes of paths during some work, until no more are reported. */
async function changesDuring(paths: string[], work: () => void | Promise<void>): Promise<number> {
  const stop = new AbortController();
  let count = 0;
  const watching = (async () => {
    for await (const _ of watchFiles(paths, stop.signal)) count++;
  })();
  await work();
  for (let before = -1; before !== count;) {
    before = count;
    await new Promise((resolve) => setTimeout(resolve, NOTHING));
  }
  stop.abort();
  await watching;
  return count;
}

function folder(): string {
  return Deno.makeTempDirSync({ prefix: "weft-watch-" });
}

Deno.test("several writes at once are one change", async () => {
  const path = folder();
  Deno.writeTextFileSync(`${path}/a.yaml`, "a");
  assertEquals(
    await changesDuring([path], () => {
      for (let index = 0; index < 5; index++) Deno.writeTextFileSync(`${path}/a.yaml`, `${index}`);
      Deno.writeTextFileSync(`${path}/b.yaml`, "b");
    }),
    1,
  );
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a file that is replaced is still watched", async () => {
  const path = folder();
  Deno.writeTextFileSync(`${path}/a.yaml`, "a");
  const replace = (text: string) => {
    Deno.writeTextFileSync(`${path}/.swap`, text);
    Deno.renameSync(`${path}/.swap`, `${path}/a.yaml`);
  };
  assertEquals(
    await changesDuring([`${path}/a.yaml`], async () => {
      replace("b");
      await new Promise((resolve) => setTimeout(resolve, NOTHING));
      replace("c");
    }),
    2,
  );
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a folder is watched recursively, with deletions; hidden files and siblings are not", async () => {
  const path = folder();
  Deno.mkdirSync(`${path}/flows/deep`, { recursive: true });
  Deno.writeTextFileSync(`${path}/flows/deep/a.yaml`, "a");
  assertEquals(await changesDuring([`${path}/flows`], () => Deno.removeSync(`${path}/flows/deep/a.yaml`)), 1);
  assertEquals(
    await changesDuring([`${path}/flows`], () => {
      Deno.mkdirSync(`${path}/flows/.weft`);
      Deno.writeTextFileSync(`${path}/flows/.weft/registry.db`, "x");
      Deno.writeTextFileSync(`${path}/beside.yaml`, "x");
    }),
    0,
  );
  Deno.removeSync(path, { recursive: true });
});
