/** The protocol between the host and its executors: channels, frames, their validation, and the status of an executor. */
export * from "./channel.ts";
export * from "./frame.ts";
export * from "./frame_check.ts";
export * from "./port_channel.ts";
export * from "./signal.ts";
export * from "./start_failure.ts";
export * from "./status.ts";
export * from "./thread_status.ts";
export { takeLock } from "./thread_lock.ts";
