import type { Sockets } from "../http/mod.ts";
import type { Pool } from "../pool/mod.ts";
import type { ProcessClock } from "./processes.ts";
import type { Runtime } from "./runtime.ts";

/** What runs the nodes of executors: threads, or in tests the thread of the runtime. */
export type NodePool = Pick<Pool, keyof Pool>;

/** What stands around a runtime in a test, in place of threads, of sockets and of the machine's time. */
export interface Surroundings {
  /** Makes what runs the nodes of executors. Default threads. */
  pool?: (runtime: Runtime) => NodePool;
  /** The sockets of listeners. Default those of the machine. */
  sockets?: Sockets;
  /** What the time limits of processes go by. Default the machine's clock. */
  processClock?: ProcessClock;
}
