import { assertEquals } from "@std/assert";
import { watchFiles } from "./file_watch.ts";

const NOTHING = 400;

/** Counts the reported changes of paths during some work, until no more are reported. */
async function changesDuring(paths: string[], work: () => void | Promise<void>): Promise<number> {
  const stop = new AbortController();
  let count = -1; // it also tells that it has begun
  const begun = Promise.withResolvers<void>();
  const watching = (async () => {
    for await (const _ of watchFiles(paths, stop.signal)) {
      count++;
      begun.resolve();
    }
  })();
  await begun.promise;
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

/** Puts files where Kubernetes puts those of a ConfigMap: behind a link that is swapped at once. */
function mount(path: string, generation: string, text: string): void {
  Deno.mkdirSync(`${path}/..${generation}`, { recursive: true });
  Deno.writeTextFileSync(`${path}/..${generation}/flow.yaml`, text);
  Deno.symlinkSync(`..${generation}`, `${path}/..data_tmp`);
  Deno.renameSync(`${path}/..data_tmp`, `${path}/..data`);
}

Deno.test("a file behind a link that is swapped is followed, by its own path and by that of its folder", async () => {
  const path = folder();
  mount(path, "one", "a");
  Deno.symlinkSync("..data/flow.yaml", `${path}/flow.yaml`);
  for (const watched of [`${path}/flow.yaml`, path]) {
    const generation = watched === path ? "three" : "two";
    assertEquals(await changesDuring([watched], () => mount(path, generation, generation)), 1, watched);
    // what it now leads to is watched, and not what it led to before
    assertEquals(
      await changesDuring([watched], () => Deno.writeTextFileSync(`${path}/..${generation}/flow.yaml`, "x")),
      1,
    );
    assertEquals(await changesDuring([watched], () => Deno.writeTextFileSync(`${path}/..one/flow.yaml`, "x")), 0);
  }
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a link in a folder, to a file or a folder elsewhere, is followed", async () => {
  const path = folder();
  for (const name of ["flows", "shared/deep", "other"]) Deno.mkdirSync(`${path}/${name}`, { recursive: true });
  Deno.writeTextFileSync(`${path}/shared/deep/a.yaml`, "a");
  Deno.writeTextFileSync(`${path}/other/b.yaml`, "b");
  Deno.symlinkSync("../shared", `${path}/flows/shared`);
  Deno.symlinkSync("../../flows", `${path}/shared/deep/loop`);
  Deno.symlinkSync("../other/b.yaml", `${path}/flows/b.yaml`);
  const write = (name: string) =>
    changesDuring([`${path}/flows`], () => Deno.writeTextFileSync(`${path}/${name}`, "x"));
  assertEquals(await write("shared/deep/a.yaml"), 1);
  assertEquals(await write("shared/new.yaml"), 1);
  assertEquals(await write("other/b.yaml"), 1);
  assertEquals(await write("other/c.yaml"), 0);
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a folder above the files may be replaced, and is watched in its new place", async () => {
  const path = folder();
  for (const name of ["live/flows", "next/flows"]) Deno.mkdirSync(`${path}/${name}`, { recursive: true });
  for (const name of ["live", "next"]) Deno.writeTextFileSync(`${path}/${name}/flows/a.yaml`, name);
  const wait = () => new Promise((resolve) => setTimeout(resolve, NOTHING));
  assertEquals(
    await changesDuring([`${path}/live/flows`], async () => {
      Deno.renameSync(`${path}/live`, `${path}/old`);
      Deno.renameSync(`${path}/next`, `${path}/live`);
      await wait();
      Deno.writeTextFileSync(`${path}/live/flows/a.yaml`, "x");
      await wait();
      Deno.writeTextFileSync(`${path}/old/flows/a.yaml`, "x");
    }),
    2,
  );
  Deno.removeSync(path, { recursive: true });
});
