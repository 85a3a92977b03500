import type { AdminReport } from "../../admin/mod.ts";
import { failure } from "../../value/mod.ts";
import { count } from "./output.ts";
import { tableLines } from "./table.ts";

/** How long a runtime has to answer, in milliseconds. */
const PATIENCE = 5_000;

/**
 * What a runtime says of itself.
 *
 * @param address What it was started with as `--admin`: `127.0.0.1:9180`, or that as a URL.
 * @throws {Error} If nobody answers there, or somebody else does.
 */
export async function askAdmin(address: string): Promise<AdminReport> {
  const url = new URL("/status", /^https?:/.test(address) ? address : `http://${address}`);
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (thrown) {
    throw failure(`no runtime answers at ${address}`, { cause: thrown });
  }
  const text = await answer.text();
  if (answer.status === 503) throw failure(`the runtime at ${address} is not there yet: ${text.trim()}`);
  const isJson = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
  if (!answer.ok || !isJson) throw failure(`what answers at ${address} is no runtime: ${answer.status}`);
  return JSON.parse(text) as AdminReport;
}

/** The same for people. */
export function adminLines(report: AdminReport): string[] {
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
    reasons.length === 0 ? "no executor has died" : `executors that have died: ${reasons.join(", ")}`,
    ...deaths.slice(-5).map(({ id, node, why, time }) =>
      `  ${String(time)}  executor ${id}${node === undefined ? "" : ` in ${node}`}: ${why}`
    ),
  ];
}
