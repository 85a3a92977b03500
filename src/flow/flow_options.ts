import type { Process } from "./process.ts";

/** Callbacks from a `Flow` to the thread that it runs on. */
export interface FlowOptions {
  /** Called when a packet enters an empty queue outside of `drain`, which is to be called soon. Default: call it now. */
  wake?: () => void;
  /** Called when a process has become idle: its opener has not closed it, but nothing else keeps it open. */
  idle?: (process: Process) => void;
  /**
   * Called when a process begins to end, with its error set. What it returns settles when the process has ended on other
   * threads; its exit hooks run after that.
   */
  ending?: (process: Process) => Promise<void> | undefined;
  /** Called when a process has ended and its exit hooks have run. */
  ended?: (process: Process) => void;
}
