/** Executors that are programs of their own. */
export * from "./executor_command.ts";
export * from "./last_word.ts";
export * from "./process_warden.ts";
export * from "./usage_meter.ts";
