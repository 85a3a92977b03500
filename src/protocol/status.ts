/**
 * What an executor is doing, written by it and readable from outside while it is deep in a call and cannot answer, and
 * after its death.
 */
export interface Status {
  /** Records a turn of the executor's event loop. */
  beat(): void;
  /**
   * Records that the executor is about to enter user code.
   *
   * @param symbol The number of the symbol whose code it is.
   * @param process The number of the process that it runs for.
   * @param limit The time limit of the call, in milliseconds.
   */
  enter(symbol: number, process: number, limit: number): void;
  /** Records that the executor has left user code and copied the result out. */
  leave(): void;
  /**
   * Records that the executor itself stopped a call at its time limit.
   *
   * @param beyond How long after the limit it was free again, in milliseconds.
   */
  stopped(beyond: number): void;
}

/** The status of an executor as others see it. */
export interface StatusReader {
  /** How many calls the executor has stopped, and how long the last one ran beyond its limit, in milliseconds. */
  readonly stops: { count: number; beyond: number };
  /** Returns a snapshot of the current call into user code, or of the last one. */
  read(): StatusReading;
}

/** A snapshot of an executor's status. */
export interface StatusReading {
  /** Turns of the event loop so far. */
  beat: number;
  /** Calls into user code so far. */
  sequence: number;
  /** Whether the executor is in user code. */
  busy: boolean;
  /** The number of the symbol whose code was entered last. */
  symbol: number;
  /** The number of the process that it was entered for. */
  process: number;
  /** The time limit of the call, in milliseconds. */
  limit: number;
}
