import type { PoolStatus } from "../pool/mod.ts";
import { deathsOf, type Runtime } from "../runtime/mod.ts";

/** The state of a runtime in this program: what `/status` of `--admin` serves. */
export interface RuntimeStatus extends PoolStatus {
  /** The namespace that it runs. */
  namespace: string;
  /** The running version. */
  version: number;
  /** The latest version if the runtime rejected it, and why. */
  rejected: { version: number; reason: string } | null;
  /** Whether it has run head and accepts requests. */
  ready: boolean;
  /** Whether it finishes requests in flight and accepts no new ones. */
  draining: boolean;
  /** Seconds since the start. */
  uptime: number;
  /** The URLs of the listeners. */
  urls: readonly string[];
  /** Open processes. */
  processes: number;
  /** Nodes of the running version, including those in blocks. */
  symbols: number;
  /** Resident memory of the process and heap of the host, in bytes. */
  memory: { resident: number; heap: number };
  /** Responses of listeners by status. */
  requests: Record<string, number>;
}

/** Returns the current status of a runtime in this program. */
export async function runtimeStatus(
  runtime: Runtime,
  state: { ready: boolean; draining: boolean; uptime: number },
): Promise<RuntimeStatus> {
  const { namespace, registry, follower, sockets, processes, loader, pool } = runtime;
  const { rss, heapUsed } = Deno.memoryUsage();
  let symbols = 0;
  for (const { unit } of loader.table.units()) symbols += unit.nodes.length;
  return {
    namespace,
    version: registry.version.id,
    rejected: follower.rejected ?? null,
    ...state,
    urls: await sockets.urls(),
    processes: processes.size,
    symbols,
    memory: { resident: rss, heap: heapUsed },
    requests: Object.fromEntries(sockets.traffic.statuses),
    ...pool.status(),
    deaths: deathsOf(runtime),
  };
}
