import { ToHost } from "../frame.ts";

/** The number of elements of each frame for the host, with its operation. */
const LENGTH: Readonly<Record<ToHost, number>> = {
  [ToHost.Answer]: 6,
  [ToHost.Call]: 10,
  [ToHost.Idle]: 3,
  [ToHost.Log]: 5,
  [ToHost.Prepared]: 3,
  [ToHost.Ended]: 2,
  [ToHost.Metric]: 5,
  [ToHost.Handled]: 4,
  [ToHost.Warning]: 4,
  [ToHost.Traced]: 6,
};

/**
 * Splits a batch for the host into several of about as many frames, of which the first acknowledges all. Returns undefined
 * if it has only one frame.
 *
 * @param parts How many, at most one for each frame.
 */
export function splitBatch(batch: readonly unknown[], parts: number): unknown[][] | undefined {
  const starts: number[] = [];
  for (let at = 1; at < batch.length; at += LENGTH[batch[at] as ToHost]) starts.push(at);
  if (starts.length < 2) return undefined;
  const frames = Math.ceil(starts.length / parts);
  const batches: unknown[][] = [];
  for (let first = 0; first < starts.length; first += frames) {
    batches.push([first === 0 ? batch[0] : 0, ...batch.slice(starts[first], starts[first + frames])]);
  }
  return batches;
}
