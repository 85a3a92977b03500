/** The log: its lines, how many of them, and a writer that never stops the program. Loads nothing of the engine. */
export { type LineSink, LineWriter, type LineWriterOptions } from "./line_writer.ts";
export * from "./log.ts";
