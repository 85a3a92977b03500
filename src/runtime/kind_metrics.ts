import { METRIC_NAME, type MetricType } from "../kind/engine/mod.ts";

/** A metric of a node. A histogram keeps the number of measurements and their sum. */
export interface KindSeries {
  readonly name: string;
  readonly node: string;
  readonly type: MetricType;
  count: number;
  sum: number;
}

/** How many series are kept; further ones are dropped and counted. */
export const MAX_SERIES = 1_000;

/** What nodes have counted and measured. */
export class KindMetrics {
  readonly #series = new Map<string, KindSeries>();
  /** Values that were dropped because there were too many series, or because an executor sent nonsense. */
  dropped = 0;

  /** All series, in the order in which they appeared. */
  get series(): Iterable<KindSeries> {
    return this.#series.values();
  }

  /** Records a value. Type and name may come from an executor, which is not believed. */
  record(node: string, type: string, name: string, value: number): void {
    const key = `${name} ${node}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      if ((type !== "counter" && type !== "histogram") || !METRIC_NAME.test(name) || this.#series.size >= MAX_SERIES) {
        this.dropped++;
        return;
      }
      this.#series.set(key, series = { name, node, type, count: 0, sum: 0 });
    }
    if (series.type !== type || (type === "counter" && value < 0)) {
      this.dropped++;
      return;
    }
    series.count++;
    series.sum += value;
  }
}
