import type { RuntimeStatus } from "../../api/mod.ts";
import { failure } from "../../value/mod.ts";
import { count } from "./output.ts";
import { tableLines } from "./table.ts";

/** How long to wait for a runtime, in milliseconds. */
const TIMEOUT = 5_000;

/**
 * Fetches the status of a runtime.
 *
 * @param address The address that the runtime was started with as `--admin`: `127.0.0.1:9180`, or the same as a URL.
 * @throws {Error} If the address cannot be reached or does not belong to a runtime.
 */
export async function fetchStatus(address: string): Promise<RuntimeStatus> {
  const url = new URL("/status", /^https?:/.test(address) ? address : `http://${address}`);
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) });
  } catch (thrown) {
    throw failure(`cannot reach a runtime at ${address}`, { cause: thrown });
  }
  const text = await response.text();
  if (response.status === 503) throw failure(`the runtime at ${address} is not ready: ${text.trim()}`);
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  if (!response.ok || !isJson) {
    throw failure(`the server at ${address} is not a runtime: it responded with status ${response.status}`);
  }
  return JSON.parse(text) as RuntimeStatus;
}

/** Formats the status of a runtime for people. */
export function adminLines(report: RuntimeStatus): string[] {
  const { namespace, version, ready, draining, processes, memory, uptime, executors, restarts, deaths } = report;
  const state = draining ? "draining" : ready ? "ready" : "not ready";
  const mebibytes = Math.round(memory.resident / 2 ** 20);
  const rows = executors.map(({ id, state, inFlight, processes }) => [
    String(id),
    state,
    String(inFlight),
    String(processes),
  ]);
  const reasons = Object.entries(restarts).filter(([, n]) => n > 0).map(([reason, n]) => `${reason} ${n}`);
  return [
    "",
    `${namespace} runs version ${version}: ${state}, ${count(processes, "open request")}, ${mebibytes} MiB, ` +
    `up ${Math.round(uptime)}s`,
    ...tableLines(["EXECUTOR", "STATE", "IN FLIGHT", "PROCESSES"], rows),
    reasons.length === 0 ? "no executor restarts" : `executor restarts: ${reasons.join(", ")}`,
    ...deaths.slice(-5).map(({ id, node, why, time }) =>
      `  ${String(time)}  executor ${id}${node === undefined ? "" : ` in ${node}`}: ${why}`
    ),
  ];
}
