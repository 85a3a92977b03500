import { METRIC_NAME, type MetricType } from "../kind/engine/mod.ts";

/** Labels of a metric, by their names. */
export type MetricLabels = Readonly<Record<string, string>>;

/** A metric of a node. A histogram keeps the number of measurements and their sum. */
export interface KindSeries {
  readonly name: string;
  readonly node: string;
  readonly type: MetricType;
  /** Absent if there are none beside the node. */
  readonly labels?: MetricLabels;
  count: number;
  sum: number;
}

/** How many series are kept; further ones are dropped and counted. */
export const MAX_SERIES = 1_000;

/** How many of them may have labels, whose values come from payloads: they leave room for what nodes measure else. */
export const MAX_LABELLED = 500;

/** What nodes have counted and measured. */
export class KindMetrics {
  readonly #series = new Map<string, KindSeries>();
  #labelled = 0;
  /** Values that were dropped because there were too many series, or because an executor sent nonsense. */
  dropped = 0;

  /** All series, in the order in which they appeared. */
  get series(): Iterable<KindSeries> {
    return this.#series.values();
  }

  /**
   * Records a value. Type and name may come from an executor, which is not believed.
   *
   * @param labels Come from the host.
   * @returns Whether it is kept.
   */
  record(node: string, type: string, name: string, value: number, labels?: MetricLabels): boolean {
    const pairs = labels === undefined ? [] : Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1);
    const key = pairs.length === 0 ? `${type} ${name} ${node}` : JSON.stringify([type, name, node, ...pairs]);
    const isValid = type !== "counter" || value >= 0;
    const series = isValid ? this.#series.get(key) ?? this.#add(key, { node, type, name }, pairs) : undefined;
    if (series === undefined) {
      this.dropped++;
      return false;
    }
    series.count++;
    series.sum += value;
    return true;
  }

  #add(
    key: string,
    { node, type, name }: { node: string; type: string; name: string },
    pairs: readonly [string, string][],
  ): KindSeries | undefined {
    if ((type !== "counter" && type !== "histogram") || !METRIC_NAME.test(name)) return undefined;
    if (this.#series.size >= MAX_SERIES) return undefined;
    if (pairs.length > 0 && ++this.#labelled > MAX_LABELLED) {
      this.#labelled--;
      return undefined;
    }
    const labels = pairs.length > 0 && { labels: Object.fromEntries(pairs) };
    const series: KindSeries = { name, node, type, ...labels, count: 0, sum: 0 };
    this.#series.set(key, series);
    return series;
  }
}
