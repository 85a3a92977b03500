/** The executor's side of the engine: frames, slices, and the gate to user code. */
export * from "./start.ts";
