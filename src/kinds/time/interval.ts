import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import { intervalRule } from "./rule.ts";
import { ABOUT_SCHEDULES, scheduleFields, scheduleNode } from "./schedule_node.ts";

const fields = z.object({
  interval: duration().meta({ description: "How long it is from one run to the next." }),
  immediate: z.boolean().default(false).meta({
    description: "Whether the first run is at the start, not an interval later. Default false.",
  }),
  ...scheduleFields,
});

/** Runs again and again. */
export const interval: Kind = defineKind({
  name: "interval",
  summary: "Runs a workflow again and again, with the same time from one run to the next.",
  place: "host",
  fields,
  ports: { in: [], out: ["out"] },
  fieldAliases: { every: "interval" },
  about: `
The time counts from one start to the next, however long a run takes; what is late makes what follows no later.

${ABOUT_SCHEDULES}
`.trim(),
  portSummaries: { out: "A time that has come." },
  examples: [
    { title: "Every ten seconds", spec: { kind: "interval", interval: "10s" } },
    { title: "At the start and every hour", spec: { kind: "interval", interval: "1h", immediate: true } },
  ],
  check: ({ interval }) =>
    interval >= 1 ? [] : [{ location: { path: ["interval"] }, message: "invalid interval: expected at least 1ms" }],
  prepare: (context) => scheduleNode(context, intervalRule(context.fields.interval), context.fields.immediate),
});
