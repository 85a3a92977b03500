import { metrics } from "../../src/admin/mod.ts";
import { Traffic } from "../../src/http/mod.ts";
import type { RuntimeStatus } from "../../src/api/mod.ts";
import { KindMetrics } from "../../src/runtime/mod.ts";
import { code, type Page, paragraphs, table } from "./markdown.ts";

/** A status in which every family of metrics has a sample. */
const STATUS: RuntimeStatus = {
  namespace: "default",
  version: 1,
  rejected: null,
  ready: true,
  draining: false,
  uptime: 1,
  urls: [],
  processes: 0,
  symbols: 0,
  memory: { resident: 0, heap: 0 },
  requests: {},
  executors: [{ id: 1, state: "serving", inFlight: 0, processes: 0, stops: { count: 0 } } as never],
  deaths: [],
  restarts: { time: 0, silence: 0, memory: 0, crash: 0, abort: 0, signal: 0, order: 0 },
};

/** Returns the page of metrics. */
export function metricPage(): Page {
  const traffic = new Traffic();
  traffic.count(200, 0);
  const text = metrics(STATUS, traffic, new KindMetrics());
  const rows = Array.from(
    text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n((?:[^#].*\n)*)/gm),
    ([, name, help, type, samples]) => [code(name!), type!, labelsOf(samples!), help!],
  );
  return {
    path: "metrics.md",
    title: "Metrics",
    summary: "what `/metrics` of `weft start --admin` serves",
    body: paragraphs(
      "`weft start --admin HOST:PORT` serves these at `/metrics`, in the text format of Prometheus.",
      table(["name", "type", "labels", "meaning"], rows),
      'Nodes count and measure as well: `metrics.count("mails")` of a [kind](../kinds.md) is the counter ' +
        '`weft_kind_mails_total`, `metrics.observe("send_seconds", 0.2)` the summary `weft_kind_send_seconds`, each with ' +
        "the label `node`. The engine itself measures the calls of host nodes so: `weft_kind_call_seconds`, and " +
        "`weft_kind_call_errors_total` for those that failed. Nodes of the kind [metric](kinds/metric.md) count and measure " +
        "by name and labels of their own.",
    ),
  };
}

function labelsOf(samples: string): string {
  const names = new Set(Array.from(samples.matchAll(/[{,](\w+)="/g), ([, name]) => name!));
  return [...names].map(code).join(", ");
}
