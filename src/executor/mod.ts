/** The executor thread: frames, slices, and the gate to user code. */
export * from "./guard.ts";
export * from "./node_maker.ts";
export * from "./start.ts";
export * from "./start_process.ts";
export type { Instance } from "./symbol_replica.ts";
