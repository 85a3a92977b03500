import type { PoolStatus } from "../pool/mod.ts";
import type { Runtime } from "../runtime/mod.ts";

/** What `/status` says. */
export interface AdminReport extends PoolStatus {
  namespace: string;
  /** The version that it runs. */
  version: number;
  /** The version that it was last asked to take and did not, and why. */
  refused: { version: number; reason: string } | null;
  ready: boolean;
  /** Whether it finishes what is under way and takes nothing more. */
  draining: boolean;
  /** Seconds since the start. */
  uptime: number;
  /** Where it listens. */
  urls: readonly string[];
  /** Open processes. */
  processes: number;
  /** Nodes of the version that it runs, those of blocks included. */
  symbols: number;
  /** Resident memory of the program and heap of the host, in bytes. */
  memory: { resident: number; heap: number };
  /** Answers of the listeners by status. */
  requests: Record<string, number>;
}

/** What a runtime is like now. */
export async function report(
  runtime: Runtime,
  state: { ready: boolean; draining: boolean; uptime: number },
): Promise<AdminReport> {
  const { namespace, registry, follower, sockets, processes, loader, pool } = runtime;
  const { rss, heapUsed } = Deno.memoryUsage();
  let symbols = 0;
  for (const { unit } of loader.table.units()) symbols += unit.nodes.length;
  return {
    namespace,
    version: registry.version.id,
    refused: follower.refused ?? null,
    ...state,
    urls: await sockets.urls(),
    processes: processes.size,
    symbols,
    memory: { resident: rss, heap: heapUsed },
    requests: Object.fromEntries(sockets.traffic.statuses),
    ...pool.status(),
  };
}
