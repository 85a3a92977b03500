import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import type { ValueMap } from "../../value/mod.ts";
import { EventQueue, type EventTaker } from "../event_queue.ts";
import { runEvent } from "../event_run.ts";
import { retriesOf, retryField, retryFields } from "../retry_fields.ts";
import { DATABASE_TYPES } from "../sql/database_connection.ts";
import { entryValue } from "./kv.ts";
import { CHANGES, KvWatch, type KvWatchListener, type Told } from "./kv_watcher.ts";
import { DATABASE_ERRORS, tableField } from "./state_fields.ts";
import { LONGEST_KEY } from "./stored_value.ts";
import { useKv } from "./use_store.ts";

const retry = z.strictObject(retryFields);

const fields = z.object({
  connection: z.string().min(1).optional().meta({
    description: "The name of a connection of type sqlite or postgres. Default: the memory of the engine.",
  }),
  table: tableField("weft_kv", "the values; in memory too, each name has its own"),
  prefix: z.string().max(LONGEST_KEY).default("").meta({
    description: "With what the keys begin whose changes are told. Default all.",
  }),
  initial: z.boolean().default(false).meta({
    description: "Whether what is there at the start is told as set. Default false.",
  }),
  poll: duration().default(1_000).meta({
    description: "How often the database is asked for changes of other engines, beside what it tells. Default 1s.",
  }),
  timeout: duration().default(30_000).meta({ description: "How long the process of a change may take. Default 30s." }),
  retry: retryField(retry, "When a process that failed is run again: a number of attempts, or a map. Default never."),
  concurrency: z.int().min(1).max(1_000).default(1).meta({
    description: "How many changes are worked on at a time; of one key, never more than one. Default 1.",
  }),
});

/** What outlives a change of the node. */
interface Watched {
  readonly watch: KvWatch;
  readonly queue: EventQueue<Told>;
}

/** Watches values by key. */
export const kvWatch: Kind = defineKind({
  name: "kv.watch",
  summary: "Runs a workflow for each change of values by key.",
  place: "host",
  fields,
  ports: { in: [], out: ["out", "error"] },
  portSummaries: {
    out: "A change.",
    error: "That changes may be missing, or why there are none: once, until that changes. It is logged too.",
  },
  about: `
Each change runs a process with a map of \`event\`, \`key\`, \`value\`, \`version\`, \`expires\` and \`missed\`. The event is \`set\`, or
\`remove\` for what was deleted or has expired; then \`value\` is null.

What is told is the newest state of each key, in the order of the changes: where a key was changed more than once before its
change was told, the last one is told, and \`missed\` is true. So a reader that takes the newest state misses nothing. If the
database could not be asked for ten minutes, removals may be forgotten: an error with the code \`conflict\` leaves by \`error\`,
and everything should be read again.

Changes of this engine are told at once. Those of other engines are told at once by PostgreSQL, and found within \`poll\` in a
file of SQLite, or where a connection was lost. A change of the spec loses none; what changes while no engine runs is told only
by \`initial\`.
`.trim(),
  errors: { conflict: "Removals may have been missed: read everything again.", ...DATABASE_ERRORS },
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: DATABASE_TYPES }],
  examples: [
    { title: "Follow the settings", spec: { kind: "kv.watch", prefix: "settings/", initial: true } },
  ],
  async prepare(context) {
    const { name, fields, use, log, metrics, clock, random, run } = context;
    const store = await useKv(context, fields);
    const { connection = "", table, prefix, initial, poll, timeout, concurrency } = fields;
    const { watch, queue } = await use(
      JSON.stringify([name, connection, table, prefix]),
      async (): Promise<Watched> => {
        const queue = new EventQueue(CHANGES);
        return { watch: await KvWatch.open(store, { prefix, initial }, queue), queue };
      },
      ({ watch }) => watch.close(),
    );
    const retries = retriesOf(retry, fields.retry);
    let isCurrent = true;
    const taker: EventTaker<Told> = {
      concurrency,
      take({ change, hasMissed }) {
        metrics.count("changes");
        const { key, version, entry } = change;
        const payload: ValueMap = entry === undefined
          ? { event: "remove", key, value: null, version, expires: null, missed: hasMissed }
          : { event: "set", ...entryValue(entry), missed: hasMissed };
        const call = () => run("out", payload, { timeout });
        return runEvent({ retries, clock, random, isCurrent: () => isCurrent, run: call });
      },
    };
    const listener: KvWatchListener = {
      poll,
      store,
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
        watch.detach(listener);
      },
    };
  },
});
