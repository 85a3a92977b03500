/** The log: its lines, how many of them, and a writer that never stops the program. Loads nothing of the engine. */
export { LOG_LEVELS, LOG_PARTS, type LogLevels, type LogPart, parseLevels } from "./levels.ts";
export { type LineSink, LineWriter, type LineWriterOptions } from "./line_writer.ts";
export * from "./log.ts";
