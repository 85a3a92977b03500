import { assert, assertEquals } from "@std/assert";
import { type Failure, failure } from "@weft/weft/kind";
import {
  type NodeOptions,
  startNode,
  startWorkflow,
  TestClock,
  type TestNode,
  type ValueMap,
} from "@weft/weft/testing";
import { until } from "../../../tests/support/until.ts";
import { EventQueue } from "../event_queue.ts";
import { type Change, coalesce, WATCH_EVENTS, type WatchEvent } from "./watch_event.ts";
import { watch } from "./watch.ts";

async function inFolder(test: (data: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/data`);
    await test(`${root}/data`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function start(data: string, fields: Record<string, unknown> = {}, options: NodeOptions = {}): Promise<TestNode> {
  return startNode(watch, { debounce: 20, ...fields }, { allowFiles: [`data=${data}`], ...options });
}

/** What was told, in order: `create a.txt`. */
function told(node: TestNode): string[] {
  return node.sent.map(({ port, payload }) => {
    if (port === "error") return `error ${(payload as Failure).code}`;
    const { event, filename = "" } = payload as ValueMap;
    return `${event} ${filename}`.trim();
  });
}

/** Waits until something was told, whatever else was. */
async function hears(node: TestNode, ...events: string[]): Promise<void> {
  await until(`${events} is told`, () => events.every((event) => told(node).includes(event)), 20_000).catch(() => {
    throw new Error(`${events} was not told, but ${told(node)}`);
  });
}

Deno.test("files that are made, changed, renamed and removed are told of, each with what it is", () =>
  inFolder(async (data) => {
    await Deno.writeTextFile(`${data}/old`, "1");
    await using node = await start(data, { pattern: "**" });
    await Deno.writeTextFile(`${data}/ä b.txt`, "four");
    await hears(node, "create ä b.txt");
    const payload = node.sent[0]!.payload as ValueMap;
    assertEquals([payload.type, payload.size, payload.modified instanceof Date], ["file", 4, true]);
    await Deno.writeTextFile(`${data}/ä b.txt`, "again");
    await hears(node, "change ä b.txt");
    await Deno.rename(`${data}/ä b.txt`, `${data}/new name`);
    await hears(node, "remove ä b.txt", "create new name");
    await Deno.mkdir(`${data}/sub/deep`, { recursive: true });
    await Deno.writeTextFile(`${data}/sub/deep/x`, "");
    await hears(node, "create sub/deep/x");
    await Deno.writeTextFile(`${data}/sub/deep/y`, "");
    await hears(node, "create sub/deep/y");
    await Deno.remove(`${data}/sub`, { recursive: true });
    await hears(node, "remove sub/deep/x", "remove sub/deep/y");
    // an editor writes a file anew
    await Deno.writeTextFile(`${data}/.old.tmp`, "2");
    await Deno.rename(`${data}/.old.tmp`, `${data}/old`);
    await hears(node, "change old");
    await Deno.remove(`${data}/old`);
    await hears(node, "remove old");
    assert(told(node).every((event) => !event.includes(".old.tmp")), String(told(node)));
    assertEquals(told(node).filter((event) => event.startsWith("create ä")).length, 1);
  }));

Deno.test("a pattern, a type and a list of events choose what is told", () =>
  inFolder(async (data) => {
    await Deno.mkdir(`${data}/in`);
    await Deno.writeTextFile(`${data}/in/first.csv`, "");
    await using node = await start(data, { path: "in", pattern: "*.csv", events: ["create"], initial: true });
    await hears(node, "create in/first.csv");
    for (const name of ["in/a.txt", "b.csv", "in/.c.csv", "in/d.csv"]) await Deno.writeTextFile(`${data}/${name}`, "");
    await hears(node, "create in/d.csv");
    await Deno.writeTextFile(`${data}/in/d.csv`, "changed");
    await Deno.remove(`${data}/in/first.csv`);
    await Deno.writeTextFile(`${data}/in/e.csv`, "");
    await hears(node, "create in/e.csv");
    assertEquals(told(node), ["create in/first.csv", "create in/d.csv", "create in/e.csv"]);
    await using folders = await start(data, { type: "folder" });
    await Deno.mkdir(`${data}/new`);
    await hears(folders, "create new");
    await using file = await start(data, { path: "in/e.csv" });
    await Deno.writeTextFile(`${data}/in/.e`, "other");
    await Deno.rename(`${data}/in/.e`, `${data}/in/e.csv`);
    await hears(file, "change in/e.csv");
    assertEquals(told(file), ["change in/e.csv"]);
  }));

Deno.test("a path is what it means: a folder that is removed and made again, a link that is turned", () =>
  inFolder(async (data) => {
    for (const version of ["1", "2"]) {
      await Deno.mkdir(`${data}/v${version}`);
      await Deno.writeTextFile(`${data}/v${version}/conf`, version);
    }
    await Deno.symlink("v1", `${data}/current`);
    await using linked = await start(data, { path: "current" });
    await using file = await start(data, { path: "current/conf" });
    await using later = await start(data, { path: "later/sub", pattern: "**" });
    await Deno.symlink("v2", `${data}/next`);
    await Deno.rename(`${data}/next`, `${data}/current`);
    await hears(linked, "change current/conf");
    await hears(file, "change current/conf");
    await Deno.writeTextFile(`${data}/v2/more`, "");
    await hears(linked, "create current/more");
    for (let round = 0; round < 2; round++) {
      await Deno.mkdir(`${data}/later/sub`, { recursive: true });
      await Deno.writeTextFile(`${data}/later/sub/x${round}`, "");
      await hears(later, `create later/sub/x${round}`);
      await Deno.writeTextFile(`${data}/later/sub/y${round}`, "");
      await hears(later, `create later/sub/y${round}`);
      await Deno.remove(`${data}/later`, { recursive: true });
      await hears(later, `remove later/sub/x${round}`, `remove later/sub/y${round}`);
    }
    // the granted folder itself
    await using all = await start(data, {});
    await Deno.rename(data, `${data}-moved`);
    await Deno.mkdir(data);
    await Deno.writeTextFile(`${data}/fresh`, "");
    await hears(all, "create fresh");
  }));

Deno.test("no link leads a watch out of the folder", () =>
  inFolder(async (data) => {
    await Deno.mkdir(`${data}/../outside`);
    await Deno.symlink("../outside", `${data}/out`);
    for (const path of ["out", "../outside", "/tmp", "a\0"]) {
      const error = await start(data, { path }).catch((error) => error);
      assert(["forbidden", "invalid"].includes(error.code), String(error));
    }
    await using node = await start(data, { path: "turned" });
    await Deno.symlink("../outside", `${data}/turned`);
    await Deno.writeTextFile(`${data}/../outside/x`, "");
    await hears(node, "error forbidden");
    assertEquals(told(node), ["error forbidden"]);
    assert(node.log.some(({ message }) => /cannot watch "turned" in folder "data": a link leads out/.test(message)));
  }));

Deno.test("ten thousand files at once are all told of, also if the system loses events", () =>
  inFolder(async (data) => {
    const count = 10_000;
    await using node = await start(data, { limit: 20_000, concurrency: 100, events: ["create", "overflow"] });
    // the thread is not given up: nobody reads the events of the system
    for (let index = 0; index < count; index++) Deno.writeTextFileSync(`${data}/n${index}`, "");
    await until("all are told", () => node.sent.length >= count, 60_000);
    const names = new Set(told(node).filter((event) => event.startsWith("create ")));
    assertEquals(names.size, count);
    assert(told(node).includes("overflow"), "the system has lost no event");
    assert(node.metrics.overflows! > 0);
  }));

Deno.test("events wait while no process can be opened, and those of a file become one", () =>
  inFolder(async (data) => {
    let busy = true;
    const answers = { out: () => busy ? failure("too many processes are open", { code: "busy" }) : null };
    await using node = await start(data, {}, { answers });
    await Deno.writeTextFile(`${data}/a`, "1");
    await hears(node, "create a");
    await Deno.writeTextFile(`${data}/a`, "22");
    await Deno.writeTextFile(`${data}/b`, "1");
    await Deno.writeTextFile(`${data}/gone`, "1");
    const before = node.sent.length;
    await until("it is tried again", () => node.sent.length > before + 1);
    await Deno.remove(`${data}/gone`);
    // nothing says that it has been noticed; on a busy machine that may take a while
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    busy = false;
    const refused = node.sent.length;
    await until("all are taken", () => {
      const taken = told(node).slice(refused);
      return taken.includes("create a") && taken.includes("create b");
    });
    const taken = node.sent.slice(refused).map(({ payload }) => payload as ValueMap);
    assertEquals(taken.map(({ event, filename, size }) => `${event} ${filename} ${size}`).sort(), [
      "create a 2",
      "create b 1",
    ]);
  }));

Deno.test("a change of the spec loses nothing, and what failed is run again if that is wanted", () =>
  inFolder(async (data) => {
    const got: string[] = [];
    let failures = 0;
    const spec = (concurrency: number) => [
      {
        kind: "watch",
        name: "files",
        debounce: 20,
        concurrency,
        retry: { attempts: 3, delay: 0 },
        links: { out: [{ name: "sink", port: "in" }] },
      },
      { kind: "log", name: "sink", links: {} },
    ];
    await using workflow = await startWorkflow(spec(1), {
      allow: ["files"],
      clock: new TestClock({ skip: true }),
      allowFiles: [`data=${data}`],
      mocks: {
        sink: (payload) => {
          const { event, filename } = payload as ValueMap;
          if (filename === "1" && failures++ < 2) throw new Error("not yet");
          got.push(`${event} ${filename}`);
          return null;
        },
      },
    });
    for (let round = 0; round < 10; round++) {
      await Deno.writeTextFile(`${data}/${round}`, "");
      await workflow.apply(spec(round % 3 + 1));
    }
    await until("all are told", () => got.length >= 10, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertEquals(got.sort(), Array.from({ length: 10 }, (_, round) => `create ${round}`));
    assertEquals(failures, 3);
    await workflow.delete("files");
    await Deno.writeTextFile(`${data}/late`, "");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assertEquals(got.length, 10);
  }));

Deno.test("two events of a file become what they are together", () => {
  const event = (change: Change, size = 0): WatchEvent => ({
    change,
    entry: { filename: "x", type: "file", size, modified: 0, identity: "" },
  });
  const cases: [Change, Change, string][] = [
    ["create", "change", "create"],
    ["create", "remove", "nothing"],
    ["change", "change", "change"],
    ["change", "remove", "remove"],
    ["remove", "create", "change"],
    ["overflow", "overflow", "overflow"],
  ];
  for (const [before, after, together] of cases) {
    const made = coalesce(event(before), event(after, 7));
    assertEquals(made?.change ?? "nothing", together);
    if (made !== undefined && together !== "overflow") assertEquals(made.entry.size, 7);
  }
});

Deno.test("a queue hands on the events of one file one after another, those of others beside it", async () => {
  const queue = new EventQueue(WATCH_EVENTS);
  const running: string[] = [];
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const event = (filename: string, size: number): WatchEvent => ({
    change: "change",
    entry: { filename, type: "file", size, modified: 0, identity: "" },
  });
  queue.attach({
    concurrency: 2,
    async take({ entry: { filename, size } }) {
      assert(!running.includes(filename));
      running.push(filename);
      begun.push(`${filename}${size}`);
      await new Promise<void>((resolve) => ends.set(filename, resolve));
      running.splice(running.indexOf(filename), 1);
      return true;
    },
  });
  for (let size = 0; size < 3; size++) for (const filename of ["a", "b", "c"]) queue.push(event(filename, size));
  assertEquals([begun, queue.size], [["a0", "b0"], 3]);
  ends.get("a")!();
  await until("c is next", () => begun.length === 3);
  assert(begun[2] === "a2" || begun[2] === "c2", String(begun));
  for (let round = 0; round < 10; round++) {
    for (const end of ends.values()) end();
    await new Promise((resolve) => setTimeout(resolve));
  }
  assertEquals(begun.toSorted(), ["a0", "a2", "b0", "b2", "c2"]);
});
