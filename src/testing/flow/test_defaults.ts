import type { TestCall } from "../mock.ts";
import type { TestFailure } from "./results.ts";
import { summary } from "./show_value.ts";
import type { SpecSet } from "./spec_set.ts";

/** When a test begins that does not say. */
export const BEGIN = "2026-01-01T00:00:00Z";
/** How long a test may take in real time, in milliseconds. */
export const TIMEOUT = 5_000;
/** How many warnings and errors of the log a failure shows. */
export const MOST_LINES = 10;

/** Returns why a test has failed that has called a node which is neither mocked nor allowed. */
export function effectFailure({ node, kind, port, payload }: TestCall, specs: SpecSet): TestFailure {
  return {
    message: `unexpected effect: ${node} (${kind}) is called by its port ${port} with ${summary(payload)}; ` +
      `mock ${node}, or allow it with effects: [${node}]`,
    // a part of a compound is named behind the name of that
    position: specs.position(node.split("/")[0]!),
  };
}
