import type { HostContext } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import { reasonOf } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { retriesOf, retryField, retryFields } from "../retry_fields.ts";
import { NodeLease } from "./node_lease.ts";
import type { Rule } from "./rule.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";
import { type TickOptions, TickRuns } from "./tick_runs.ts";

const retry = z.strictObject(retryFields);

/** The fields of kinds that run at times. */
export const scheduleFields = {
  overlap: z.enum(["skip", "queue", "allow"]).default("skip").meta({
    description:
      "What happens at a time while the process of the one before is not done: skip it, queue it, or allow both " +
      "at once. Default skip.",
  }),
  missed: z.enum(["skip", "last", "all"]).default("skip").meta({
    description:
      "What happens to times at which no engine was up, or the machine slept: skip them, run for the last of " +
      "them, or for all (100 at most). Those while no engine was up are known on a store that lasts, with `once`. Default skip.",
  }),
  jitter: duration().default(0).meta({
    description:
      "By how much each run is late at random, at most, so that not all begin at the same moment. Default none.",
  }),
  once: z.boolean().default(true).meta({
    description: "Whether one of several engines on a store runs it; otherwise each does. Default true.",
  }),
  timeout: duration().default(30_000).meta({ description: "How long a process may take. Default 30s." }),
  retry: retryField(retry, "When a process that failed is run again: a number of attempts, or a map. Default never."),
};

/** What kinds that run at times say about themselves. */
export const ABOUT_SCHEDULES = `
The payload is a map of \`scheduled\`, the time it was to be, \`actual\`, the time it is, both dates, and \`count\`, the number
of the run.

Of several engines on a store, one runs it: the store has a lease, which the engine renews every 5 s. Before each run (once
a second at most) it tells the store, so that no time runs twice; an engine that ends hands over at once, and 15 s after one
that was killed another goes on. A change of the node keeps the count, and so does a new start on a store that lasts.

What is late by more than 30 s counts as missed. If too many processes are open, a run waits until the next time at most.
\`weft status\` shows when each node runs next.
`.trim();

/** The fields, as a node has them. */
type ScheduleFields = z.infer<z.ZodObject<typeof scheduleFields>>;

/** What the nodes of a name share: it outlives a change of the node. */
interface Shared {
  readonly schedule: Schedule;
  readonly runs: TickRuns;
}

/** Prepares a node that runs its out port at the times of a rule. */
export async function scheduleNode(
  context: HostContext<ScheduleFields, "out">,
  rule: Rule,
  immediate = false,
): Promise<{ load(): void; unload(): Promise<void> }> {
  const { name, fields, clock, random, log, metrics, run, use } = context;
  const { leases, namespace, schedules, isDraining } = internalsOf(context);
  const { overlap, jitter, missed, once, timeout } = fields;
  const ticks: TickOptions = {
    overlap,
    jitter,
    retry: retriesOf(retry, fields.retry),
    clock,
    random,
    run: (payload) => run("out", payload, { timeout }),
    skipped({ scheduled }, why) {
      metrics.count("skipped");
      log.warn(`skipped ${new Date(scheduled).toISOString()}: ${why}`);
    },
  };
  const { schedule, runs } = await use(
    JSON.stringify([name, once]),
    (): Shared => ({
      schedule: new Schedule(once ? new NodeLease(leases, `schedule:${namespace}:${name}`) : undefined),
      runs: new TickRuns(ticks),
    }),
    ({ runs }) => runs.clear(),
  );
  const options: ScheduleOptions = {
    rule,
    missed,
    immediate,
    clock,
    isEnding: isDraining,
    tick(tick) {
      metrics.count("runs");
      runs.take(tick);
    },
    failed: (error) => log.warn(`nothing runs until the store can be used again: ${reasonOf(error)}`),
  };
  let remove = () => {};
  return {
    load() {
      runs.update(ticks);
      schedule.attach(options);
      remove = schedules.add({
        node: name,
        get next() {
          return schedule.next;
        },
      });
    },
    async unload() {
      remove();
      await schedule.detach(options);
    },
  };
}
