import { printable } from "../../spec/mod.ts";
import type { RuntimeOutcome } from "../change/live_runtimes.ts";

/**
 * What became of a version at runtimes, as lines for people.
 *
 * @param goal The version.
 * @param timeout How long was waited, in milliseconds.
 */
export function receptionLines(runtimes: readonly RuntimeOutcome[], goal: number, timeout: number): string[] {
  return runtimes.flatMap((outcome) => {
    const { namespace, pid, version, state, reason = "" } = outcome;
    const runtime = `runtime ${pid} of namespace ${namespace}`;
    switch (state) {
      case "taken":
        return `${runtime} runs version ${version}`;
      case "refused":
        return refusalLines({ namespace, pid, version, reason }, goal);
      case "passed":
        return `${runtime} runs version ${version}: head has moved on`;
      case "stopped":
        return `${runtime} has stopped`;
      case "late": {
        const seconds = timeout / 1000;
        return `${runtime} has not taken version ${goal} within ${seconds} s, and goes on with version ${version}`;
      }
    }
  });
}

/** A runtime that could not take a version, and what it runs. */
export interface Refusal {
  namespace: string;
  pid: number;
  version: number;
  reason: string;
}

/** That a runtime does not take a version, and why, as lines for people. */
export function refusalLines({ namespace, pid, version, reason }: Refusal, goal: number): string[] {
  return [
    `runtime ${pid} of namespace ${namespace} refuses version ${goal}, and goes on with version ${version}:`,
    ...reason.split("\n").map((line) => `  ${printable(line)}`),
  ];
}
