import type { Rollout } from "../../api/stored/mod.ts";
import { printable } from "../../spec/mod.ts";

/**
 * Formats the rollout of a version for people.
 *
 * @param goal The version.
 * @param timeout How long the command waited, in milliseconds.
 */
export function rolloutLines(rollouts: readonly Rollout[], goal: number, timeout: number): string[] {
  return rollouts.flatMap((rollout) => {
    const { version, state, reason = "" } = rollout;
    const runtime = runtimeName(rollout);
    switch (state) {
      case "applied":
        return `${runtime} applied version ${version}`;
      case "rejected":
        return rejectionLines({ ...rollout, reason }, goal);
      case "superseded":
        return `${runtime} runs version ${version}, which superseded version ${goal}`;
      case "stopped":
        return `${runtime} stopped`;
      case "timed-out":
        return `${runtime} timed out: version ${goal} not applied within ${
          timeout / 1000
        } s, still running version ${version}`;
    }
  });
}

/** A runtime that rejected a version, and the version that it runs. */
export interface Rejection {
  namespace: string;
  pid: number;
  version: number;
  reason: string;
}

/** Formats the rejection of a version by a runtime for people. */
export function rejectionLines(rejection: Rejection, goal: number): string[] {
  return [
    `${runtimeName(rejection)} rejected version ${goal}, still running version ${rejection.version}:`,
    ...rejection.reason.split("\n").map((line) => `  ${printable(line)}`),
  ];
}

function runtimeName({ namespace, pid }: { namespace: string; pid: number }): string {
  return `runtime ${pid} (namespace ${namespace})`;
}
