import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { asError, failure, isError, reasonOf, type Value } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { compileExpression, HOST_EXPRESSION, siteOf } from "../key_expression.ts";

/** How many labels a metric may have. */
const MOST_LABELS = 10;
/** How long the value of a label may be, in characters. */
const LONGEST_LABEL = 200;
/** How often the node warns at most, in milliseconds: a mistake in it is made by every packet. */
const WARNING = 60_000;

/** Names that the engine measures by itself for each node of the host. */
const OWN_METRICS: ReadonlySet<string> = new Set(["call_seconds", "call_errors"]);
/** Labels that have a meaning in Prometheus, or for the engine. */
const OWN_LABELS: ReadonlySet<string> = new Set(["node", "le", "quantile", "job", "instance"]);

const fields = z.object({
  metric: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "expected lower-case letters, digits and _, a letter first").meta({
    description: "The name: `/metrics` shows `orders` as `weft_kind_orders_total`, or `weft_kind_orders` if it is a " +
      "summary. A unit stands at the end: `wait_seconds`, `mail_bytes`.",
  }),
  type: z.enum(["counter", "summary"]).default("counter").meta({
    description: "counter adds values up; summary has their sum and their number, for an average. Default counter.",
  }),
  value: z.string().min(1).optional().meta({
    description: "A CEL expression over the payload, `self`: the number that is added or measured. Default 1 for a " +
      `counter. ${HOST_EXPRESSION}`,
  }),
  labels: z.record(z.string(), z.string().min(1)).default({}).meta({
    description:
      "Labels by their names, such as `status`: CEL expressions over the payload, `self`, whose values are " +
      "strings, numbers or truth values. Default none but `node`, the node's name.",
  }),
});

/** Counts and measures what passes. */
export const metric: Kind = defineKind({
  name: "metric",
  summary: "Counts or measures what passes, for /metrics, and passes it on.",
  place: "host",
  effect: "none",
  ordered: false,
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["value", "labels"],
  about: `
\`start --admin\` serves what was counted and measured at \`/metrics\`, in the text format of Prometheus, with the label \`node\`.
A change of the node keeps it; a new start of the engine begins at 0.

Packets pass on as they came, whatever happens. A value or a label that the payload does not have (or a value that is not a
number, or below 0 for a counter) is not counted: the log says why, once a minute at most, and \`metric_errors\` of the node
counts how often. An error is a packet too: it is counted, if the expressions do not need more of it, and passes on by
\`error\`.

Each combination of values of labels is a series of its own, and is kept until the engine ends: choose labels of few values,
such as a status, not the id of a user. The engine keeps 1,000 series of all nodes, 500 of them with labels; what is beyond
is dropped, counted by \`weft_metrics_dropped_total\`, and told in the log. A process that runs again because its executor was
lost counts again.
`.trim(),
  examples: [
    {
      title: "Count orders by their status",
      spec: { kind: "metric", metric: "orders", labels: { status: "self.status" } },
    },
    {
      title: "Measure the size of uploads",
      spec: { kind: "metric", metric: "upload_bytes", type: "summary", value: "size(self.body)" },
    },
  ],
  code: ({ value, labels }) => [
    ...value === undefined ? [] : [{ language: "cel", code: value, at: ["value"] }],
    ...Object.entries(labels).map(([name, code]) => ({ language: "cel", code, at: ["labels", name] })),
  ],
  check({ metric, type, value, labels }) {
    const finding = (path: string[], message: string) => ({ location: { path }, message });
    const names = Object.keys(labels);
    return [
      ...OWN_METRICS.has(metric) ? [finding(["metric"], `invalid metric "${metric}": the engine has that itself`)] : [],
      ...type === "summary" && value === undefined
        ? [finding(["type"], "missing field value: a summary measures something, such as value: self.seconds")]
        : [],
      ...names.length > MOST_LABELS
        ? [finding(["labels"], `invalid labels: expected at most ${MOST_LABELS}, not ${names.length}`)]
        : [],
      ...names.flatMap((name) => {
        if (!/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/.test(name)) {
          return [finding(["labels", name], `invalid label "${name}": expected letters, digits and _, a letter first`)];
        }
        if (!OWN_LABELS.has(name)) return [];
        return [finding(["labels", name], `invalid label "${name}": the engine or Prometheus sets that itself`)];
      }),
    ];
  },
  prepare(context) {
    const { fields, log, metrics, clock } = context;
    const { metric, type, value = "1" } = fields;
    const { measure } = internalsOf(context);
    const valueOf = compileExpression(value, siteOf(context, ["value"]));
    const labels = Object.entries(fields.labels).map(([name, code]) =>
      [name, compileExpression(code, siteOf(context, ["labels", name]))] as const
    );
    let warned = -Infinity;
    const warn = (message: string, call: Parameters<typeof log.warn>[1]) => {
      const now = clock.now();
      if (now - warned < WARNING) return;
      warned = now;
      log.warn(message, call);
    };
    return {
      in(payload, call) {
        try {
          const amount = numberOf(valueOf(payload), type);
          const values = Object.fromEntries(labels.map(([name, label]) => [name, labelText(name, label(payload))]));
          if (!measure(type === "counter" ? "counter" : "histogram", metric, amount, values)) {
            warn(`${metric} is not counted: there are too many series; choose labels of fewer values`, call);
          }
        } catch (thrown) {
          metrics.count("metric_errors");
          warn(`${metric} is not counted: ${reasonOf(asError(thrown))}`, call);
        }
        return payload;
      },
    };
  },
});

/** Returns the number that a value is. @throws {Error} If it is none, or a counter cannot add it. */
function numberOf(value: Value, type: "counter" | "summary"): number {
  if (isError(value)) throw value;
  const number = typeof value === "bigint" ? Number(value) : value;
  const isRight = typeof number === "number" && Number.isFinite(number) && (type === "summary" || number >= 0);
  if (isRight) return number;
  const given = typeof number === "number" ? number : value === null ? "null" : typeof value;
  throw failure(`invalid value ${given}: expected a number${type === "counter" ? " from 0 on" : ""}`);
}

/** Returns the text of a label, cut where it is too long. @throws {Error} If it has none. */
function labelText(name: string, value: Value): string {
  if (isError(value)) throw value;
  if (value === null) return "";
  if (!["string", "number", "bigint", "boolean"].includes(typeof value)) {
    throw failure(`invalid label ${name}: expected a string, a number or a truth value`);
  }
  return String(value).slice(0, LONGEST_LABEL);
}
