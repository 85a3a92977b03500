/** What the host and its executors say to each other: frames, what is checked of them, and the status of a thread. */
export * from "./frame.ts";
export * from "./frame_check.ts";
export * from "./thread_status.ts";
