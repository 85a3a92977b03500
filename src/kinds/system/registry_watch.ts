import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration, VALUE_KIND } from "../../spec/mod.ts";
import { asError, type Failure, isMap, type ValueMap } from "../../value/mod.ts";
import { runEvent } from "../event_run.ts";
import { internalsOf } from "../internals.ts";
import { retriesOf, retryField, retryFields } from "../retry_fields.ts";

const retry = z.strictObject(retryFields);

/** How long it waits before it goes on, where the store could not be read, or no process be opened, in milliseconds. */
const PAUSE = 1_000;

/** Runs a workflow for what changes in the registry. */
export const registryWatch: Kind = defineKind({
  name: "registry.watch",
  aliases: ["signal"],
  summary: "Runs a workflow for each entry of the registry that changes.",
  place: "host",
  fields: z.object({
    topic: z.enum(["specs", "values"]).optional().describe(
      "The only entries whose changes are told: `values`, those of kind registry.entry; `specs`, all others. Default all.",
    ),
    all: z.boolean().default(false).describe(
      "Whether the changes of all namespaces are told, and not only those of its own. Default false.",
    ),
    timeout: duration().default(30_000).describe("How long the process of a change may take. Default 30s."),
    retry: retryField(retry, "When a process that failed is run again: a number of attempts, or a map. Default never."),
  }),
  ports: { in: [], out: ["out", "commit"] },
  about: `
Each change runs a process with a map of \`event\` (\`entry.create\`, \`entry.update\` or \`entry.delete\`), \`version\`,
\`namespace\`, \`name\` and \`entry\`: as it is now, or was before it was deleted. Once all entries of a version are told,
\`commit\` sends a map of \`event\`, \`version\`, \`from\`, \`time\`, \`author\` and \`message\`.

Changes are told one after another, and read from the history of the store as they are: a slow workflow loses none, and
keeps none in memory. Each engine on the store tells them. A change of the node goes on with the version where the one
before has stopped, so that some of its entries may be told twice; what changes while no engine runs is not told. A workflow
that changes the registry for each change does so again and again.

To follow the changes from outside, answer with what the operation \`registry.watch\` of a [syscall](syscall.md) answers.
`.trim(),
  portSummaries: { out: "An entry that has changed.", commit: "A version that is told." },
  examples: [{ title: "Follow the values", spec: { kind: "registry.watch", topic: "values" } }],
  async prepare(context) {
    const { name, fields, clock, random, run, use, log, metrics } = context;
    const { topic, all, timeout } = fields;
    const { system, symbol, namespace } = internalsOf(context);
    const retries = retriesOf(retry, fields.retry);
    // the version that is told, across changes of the node
    const told = await use(name, () => ({ version: undefined as number | undefined }));
    const ending = new AbortController();
    const { signal } = ending;
    const commit = symbol.out("commit");

    const isWanted = ({ event, entry = null }: ValueMap) =>
      event === "registry.commit"
        ? commit.targets(Infinity).length > 0
        : topic === undefined || isMap(entry) && (entry.kind === VALUE_KIND) === (topic === "values");
    const tell = async (event: ValueMap) => {
      metrics.count("changes");
      const port = event.event === "registry.commit" ? "commit" : "out";
      const options = { retries, clock, random, isCurrent: () => !signal.aborted };
      while (!signal.aborted) {
        if (await runEvent({ ...options, run: () => run(port, event, { timeout }) })) return;
        await clock.sleep(PAUSE, signal);
      }
    };
    const follow = async () => {
      const given = {
        ...told.version !== undefined && { version: told.version },
        ...!all && { namespace },
      };
      for await (const event of system.watchRegistry(given, signal)) {
        if (event.event !== "registry.head" && isWanted(event)) await tell(event);
        if (signal.aborted) return;
        if (event.event !== "registry.head" && event.event !== "registry.commit") continue;
        told.version = event.version as number;
      }
    };
    const watch = async () => {
      let warned = "";
      while (!signal.aborted) {
        try {
          await follow();
        } catch (thrown) {
          const { message, code } = asError(thrown) as Failure;
          // the version where it has stopped may have been pruned: it goes on with head
          if (code === "invalid") told.version = undefined;
          // a store that cannot be read for long is told once
          if (!signal.aborted && message !== warned) log.warn(`changes cannot be read: ${message}`);
          warned = message;
        }
        await clock.sleep(PAUSE, signal);
      }
    };
    return {
      load() {
        void watch().catch(() => {});
      },
      unload: () => ending.abort(),
    };
  },
});
