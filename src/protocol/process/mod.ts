/** The channel and the status of an executor that is a program of its own. */
export * from "./byte_ring.ts";
export * from "./message.ts";
export * from "./pipe_channel.ts";
export * from "./pipe_executor_channel.ts";
export * from "./status_file.ts";
