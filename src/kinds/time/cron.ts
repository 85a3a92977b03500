import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { asError } from "../../value/mod.ts";
import { cronRule, isNever } from "./rule.ts";
import { ABOUT_SCHEDULES, scheduleFields, scheduleNode } from "./schedule_node.ts";

const fields = z.object({
  schedule: z.string().min(1).meta({
    description:
      "When: MINUTE HOUR DAY MONTH WEEKDAY, such as `0 7 * * 1-5`; with six parts the first is the second, with " +
      "seven the last the year. `L` is the last day, `5#L` the last Friday; `@hourly`, `@daily`, `@weekly`, `@monthly` and " +
      "`@yearly` are known.",
  }),
  zone: z.string().min(1).default("UTC").meta({
    description: "The time zone that the schedule is in, such as Europe/Berlin. Default UTC.",
  }),
  ...scheduleFields,
});

/** Runs at the times of a cron pattern. */
export const cron: Kind = defineKind({
  name: "cron",
  summary: "Runs a workflow at the times of a cron pattern.",
  place: "host",
  fields,
  ports: { in: [], out: ["out"] },
  about: `
Where a clock is put forward, a time that the day does not have runs at the end of the gap, and where it is put back, a time
that the day has twice runs at the first. A pattern that names each minute of an hour (\`*/15 2 * * *\`) runs as often as
these come: not at all in the gap, and again in the hour that comes twice.

${ABOUT_SCHEDULES}
`.trim(),
  portSummaries: { out: "A time that has come." },
  errors: { invalid: "The schedule or the zone is none: the change is rejected." },
  examples: [
    {
      title: "On working days at seven in the morning",
      spec: { kind: "cron", schedule: "0 7 * * 1-5", zone: "Europe/Berlin" },
    },
    {
      title: "Each night at some time from three on, also if no engine was up then",
      spec: { kind: "cron", schedule: "0 3 * * *", jitter: "30m", missed: "last", timeout: "10m" },
    },
  ],
  check({ schedule, zone }) {
    const finding = (path: string, message: string) => [{ location: { path: [path] }, message }];
    try {
      cronRule(schedule, zone);
      if (!isNever(schedule, zone, Date.now())) return [];
      return finding("schedule", `invalid schedule ${JSON.stringify(schedule)}: there is no such time`);
    } catch (error) {
      const { message } = asError(error);
      return finding(message.startsWith("invalid zone") ? "zone" : "schedule", message);
    }
  },
  prepare: (context) => scheduleNode(context, cronRule(context.fields.schedule, context.fields.zone)),
});
