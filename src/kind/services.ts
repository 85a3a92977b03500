/** A call, as far as services need to know it. */
export interface LogCall {
  /** Its process. */
  readonly process: object;
}

/** Writes log lines in the name of a node. A line carries the id of the call's process, if a call is given. */
export interface Log {
  /** Writes a line for whoever looks for a mistake; not written by default. */
  debug(message: string, call?: LogCall): void;
  /** Writes a line about the normal course of things. */
  info(message: string, call?: LogCall): void;
  /** Writes a line about something that may need attention. */
  warn(message: string, call?: LogCall): void;
  /** Writes a line about something that failed. */
  error(message: string, call?: LogCall): void;
}

/**
 * Counts and measures in the name of a node; `/metrics` shows the sums as `weft_kind_NAME`. A name is made of lower-case
 * letters, digits and `_`.
 */
export interface Metrics {
  /** Adds to a counter. Default 1. */
  count(name: string, value?: number): void;
  /** Adds a measurement to a histogram, in the unit that the name ends with: `_seconds`, `_bytes`. */
  observe(name: string, value: number): void;
}

/** The time, which a test may move. */
export interface Clock {
  /** Returns the time in milliseconds since 1970. */
  now(): number;
  /**
   * Waits.
   *
   * @param ms How long, in milliseconds.
   * @param signal Ends the wait.
   * @throws {unknown} The reason of the signal, when it is aborted.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Random values, which a test may seed. */
export interface Random {
  /** Returns a number from 0 up to, but not including, 1. */
  number(): number;
  /** Returns random bytes. */
  bytes(length: number): Uint8Array;
  /** Returns a UUID of version 4. */
  uuid(): string;
}
