/** The protocol between the host and its executors: frames, their validation, and the shared status of a thread. */
export * from "./frame.ts";
export * from "./frame_check.ts";
export * from "./signal.ts";
export * from "./start_failure.ts";
export * from "./thread_status.ts";
export { takeLock } from "./thread_lock.ts";
