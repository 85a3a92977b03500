/** The executor thread: frames, slices, and the gate to user code. */
export * from "./start.ts";
