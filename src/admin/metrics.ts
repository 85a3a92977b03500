import type { RuntimeStatus } from "../api/mod.ts";
import { DURATION_BOUNDS, type Traffic } from "../http/mod.ts";
import type { KindMetrics, KindSeries } from "../runtime/mod.ts";

type Sample = readonly [labels: Readonly<Record<string, string | number>>, value: number];

/** Formats the status of a runtime in the text format of Prometheus, version 0.0.4. */
export function metrics(status: RuntimeStatus, traffic: Traffic, kinds: KindMetrics): string {
  const { executors, restarts, memory } = status;
  const states = new Map([["starting", 0], ["serving", 0], ["spare", 0], ["alone", 0]]);
  for (const { state } of executors) states.set(state, states.get(state)! + 1);
  const inFlight = executors.map(({ id, inFlight }): Sample => [{ executor: id }, inFlight]);
  const stops = executors.map(({ id, stops }): Sample => [{ executor: id }, stops.count]);
  return [
    one("weft_ready", "gauge", "Whether the runtime accepts requests: 1 or 0.", Number(status.ready)),
    one("weft_uptime_seconds", "gauge", "Seconds since the start.", status.uptime),
    one("weft_version", "gauge", "Running version of the registry.", status.version),
    one("weft_symbols", "gauge", "Nodes of the running version.", status.symbols),
    one("weft_processes", "gauge", "Open processes.", status.processes),
    family("weft_executors", "gauge", "Executors by state.", [...states].map(([state, n]) => [{ state }, n])),
    family("weft_executor_packets_in_flight", "gauge", "Packets that an executor has not answered.", inFlight),
    family("weft_executor_stops_total", "counter", "Calls that were stopped at their time limit.", stops),
    family(
      "weft_executor_restarts_total",
      "counter",
      "Executor restarts by reason.",
      Object.entries(restarts).map(([reason, n]) => [{ reason }, n]),
    ),
    family(
      "weft_requests_total",
      "counter",
      "Responses of listeners by status.",
      [...traffic.statuses].map(([status, n]) => [{ status }, n]),
    ),
    histogram("weft_request_duration_seconds", "Duration of requests.", traffic),
    one("process_resident_memory_bytes", "gauge", "Resident memory of the process.", memory.resident),
    one("weft_host_heap_bytes", "gauge", "Used heap of the host.", memory.heap),
    one("weft_metrics_dropped_total", "counter", "Values of nodes that were dropped: too many series.", kinds.dropped),
    ...kindFamilies(kinds),
  ].join("");
}

/** Returns what nodes have counted and measured: a family for each name, a sample for each node. */
function kindFamilies({ series }: KindMetrics): string[] {
  const families = Map.groupBy(series, ({ type, name }) => `weft_kind_${name}${type === "counter" ? "_total" : ""}`);
  return [...families].map(([full, all]) => {
    // a histogram may be called `x_total` where a counter is called `x`: a family has one type, the first
    const group = all.filter(({ type }) => type === all[0]!.type);
    if (group[0]!.type === "counter") {
      return family(full, "counter", "Counted by nodes.", group.map((series) => [labelsOf(series), series.sum]));
    }
    const sums = group.map((series) => {
      const labels = labelsOf(series);
      return line(`${full}_sum`, labels, series.sum) + line(`${full}_count`, labels, series.count);
    });
    return family(full, "summary", "Measured by nodes.", []) + sums.join("");
  });
}

function labelsOf({ node, labels }: KindSeries): Readonly<Record<string, string>> {
  return { node, ...labels };
}

function one(name: string, type: string, help: string, value: number): string {
  return family(name, type, help, [[{}, value]]);
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  return head + samples.map(([labels, value]) => line(name, labels, value)).join("");
}

function histogram(name: string, help: string, { durations, seconds }: Traffic): string {
  let below = 0;
  const buckets = durations.map((n, bucket) => {
    below += n;
    return line(`${name}_bucket`, { le: DURATION_BOUNDS[bucket] ?? "+Inf" }, below);
  });
  const sums = line(`${name}_sum`, {}, seconds) + line(`${name}_count`, {}, below);
  return family(name, "histogram", help, []) + buckets.join("") + sums;
}

/** Formats a sample. */
function line(name: string, labels: Readonly<Record<string, string | number>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, label]) => `${key}="${escaped(String(label))}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

/** Escapes a label: names of nodes come from specs, others from payloads. */
function escaped(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
