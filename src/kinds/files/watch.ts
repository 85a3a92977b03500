import { defineKind, type Kind, type ValueMap } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import { EventQueue, type EventTaker } from "../event_queue.ts";
import { runEvent } from "../event_run.ts";
import { retriesOf, retryField, retryFields } from "../retry_fields.ts";
import { ABOUT_PATHS, folderField } from "./file_fields.ts";
import { FolderWatch, type WatchListener, type WatchOptions } from "./folder_watch.ts";
import { compileGlob, isDeep } from "./glob.ts";
import { entryValue } from "./list.ts";
import { folderOf } from "./node_folder.ts";
import { patternFields, patternFindings } from "./pattern_fields.ts";
import type { Entry } from "./scan.ts";
import { changeFor, OVERFLOW, WATCH_EVENTS, type WatchEvent } from "./watch_event.ts";

const retry = z.strictObject(retryFields);

const fields = z.object({
  path: z.string().default("").meta({ description: "The folder or file below. Default all of the granted folder." }),
  ...patternFields,
  type: z.enum(["file", "folder", "all"]).default("file").meta({
    description: "Of what is told: file, folder, or all. Default file.",
  }),
  events: z.array(z.enum(["create", "change", "remove", "overflow"])).min(1).default(["create", "change", "remove"])
    .meta({
      description: "What is told: create, change, remove, overflow. Default create, change, remove.",
    }),
  debounce: duration().default(100).meta({
    description: "How long a file has to be left alone before it is told of, so that it is not read half written. " +
      "Default 100ms.",
  }),
  initial: z.boolean().default(false).meta({
    description: "Whether the files that are there at the start are told as created. Default false.",
  }),
  poll: duration().optional().meta({
    description:
      "How often everything is looked at in any case, for file systems that tell of no changes. Default never.",
  }),
  limit: z.int().min(1).max(100_000).default(10_000).meta({
    description: "How many files and folders there may be, whether or not they match. Default 10000.",
  }),
  ...folderField,
  timeout: duration().default(30_000).meta({ description: "How long the process of an event may take. Default 30s." }),
  retry: retryField(retry, "When a process that failed is run again: a number of attempts, or a map. Default never."),
  concurrency: z.int().min(1).max(1_000).default(1).meta({
    description: "How many events are worked on at a time; of one file, never more than one. Default 1.",
  }),
});

/** What nodes share that watch the same: it outlives a change of the node. */
interface Watched {
  readonly watch: FolderWatch;
  readonly queue: EventQueue<WatchEvent>;
}

/** Watches files. */
export const watch: Kind = defineKind({
  name: "watch",
  summary: "Runs a workflow for each change of files in a folder that the operator grants.",
  place: "host",
  fields,
  ports: { in: [], out: ["out", "error"] },
  about: `
Each event runs a process with a map of \`event\`, \`filename\`, \`type\`, \`size\` and \`modified\`, as \`read\`, \`move\` and
\`delete\` take it. The event is \`create\`, \`change\` or \`remove\`; a rename is \`remove\` of the one name and \`create\` of the
other. What is there is compared with what was told before: a file that is made and removed again within \`debounce\`, or
while its event waits, is not told of.

No event is lost. While as many are worked on as \`concurrency\` says, or too many processes are open, events wait, those of
one file as one. If the system loses events because there are too many, everything is looked at, and \`overflow\` is told, if
\`events\` names it, with nothing but \`event\` in the map: what happened to a file in between may be missing, what is there now
is not. A change of the spec loses nothing either; what changes while no engine runs is told only by \`initial\`.

A path is what it means at the time: a folder may be removed and made again, a link turned. While it is missing, so are its
files. A change of what a link in the folder leads to is noticed with the next change of the folder itself, or by \`poll\`.

${ABOUT_PATHS}
`.trim(),
  portSummaries: {
    out: "An event.",
    error: "Why the files cannot be looked at: once, until that changes. It is logged too.",
  },
  errors: {
    forbidden: "The path leads out of the folder, the system does not allow it, or no such folder is granted.",
    too_large: "There is more than `limit`.",
    io_error: "The system has failed, or cannot tell of changes; then everything is looked at every 5 s.",
  },
  examples: [
    {
      title: "Read every table that is put into a folder",
      spec: { kind: "watch", folder: "data", path: "in", pattern: "*.csv", events: ["create"], initial: true },
    },
    { title: "Follow one file", spec: { kind: "watch", folder: "data", path: "prices.json" } },
  ],
  check: ({ pattern, hidden }) => patternFindings(pattern, hidden),
  async prepare(context) {
    const { name, fields, use, log, metrics, clock, random, run } = context;
    const folder = await folderOf(context, fields.folder, "read");
    const { path, hidden, limit, initial, timeout, concurrency } = fields;
    const options: WatchOptions = { path, hidden, limit, deep: isDeep(fields.pattern) };
    const { watch, queue } = await use(
      JSON.stringify([name, folder.name, options]),
      async (): Promise<Watched> => ({
        watch: await FolderWatch.open(folder, options, initial),
        queue: new EventQueue(WATCH_EVENTS),
      }),
      ({ watch }) => watch.close(),
    );
    const retries = retriesOf(retry, fields.retry);
    const wanted: ReadonlySet<string> = new Set(fields.events);
    const isMeant = meant(fields);
    let isCurrent = true;
    const tell = (payload: ValueMap) =>
      runEvent({ retries, clock, random, isCurrent: () => isCurrent, run: () => run("out", payload, { timeout }) });
    const taker: EventTaker<WatchEvent> = {
      concurrency,
      async take(event) {
        const change = changeFor(event, wanted);
        if (change === undefined) return true;
        metrics.count("events");
        return await tell(change === "overflow" ? { event: change } : { event: change, ...entryValue(event.entry) });
      },
    };
    const listener: WatchListener = {
      debounce: fields.debounce,
      poll: fields.poll,
      changed: (event: WatchEvent) => isMeant(event.entry) && queue.push(event),
      overflowed() {
        metrics.count("overflows");
        log.warn("the system has lost events: everything is looked at");
        if (wanted.has("overflow")) queue.push(OVERFLOW);
      },
      failed(error) {
        log.warn(error.message);
        void run("error", error, { timeout });
      },
    };
    return {
      load() {
        watch.attach(listener);
        queue.attach(taker);
      },
      unload() {
        isCurrent = false;
        queue.detach(taker);
      },
    };
  },
});

/** Returns what tells whether a file is one of those that are watched. */
function meant({ path, pattern, hidden, type }: z.infer<typeof fields>): (entry: Entry) => boolean {
  const matches = compileGlob(pattern, hidden);
  const below = path.split("/").filter((name) => name !== "" && name !== ".").join("/");
  return (entry) => {
    if (type !== "all" && entry.type !== type) return false;
    if (entry.filename === below) return true;
    return matches(below === "" ? entry.filename : entry.filename.slice(below.length + 1));
  };
}
