/**
 * The host's end of the connection to one executor, whatever that is: a thread or a program. Batches of frames arrive in
 * the order in which they were posted, whole or not at all.
 */
export interface Channel {
  /** Posts a batch. */
  post(batch: readonly unknown[]): void;
  /**
   * Sets what is called with each batch of the executor, which may be anything: an executor is not trusted.
   *
   * @param malformed Called, once, if what arrives is no batch at all. Nothing is read after it.
   */
  onBatch(deliver: (batch: unknown) => void, malformed: (what: string) => void): void;
  /** Delivers what the executor had posted before it died. Call it once the death is confirmed. */
  drain(): Promise<void>;
  /** Ends the delivery of batches. */
  close(): void;
}

/** An executor's end of the connection to the host. */
export interface ExecutorChannel {
  /** The size up to which a batch is posted without waiting for the host, in bytes, roughly. */
  readonly capacity: number;
  /** Posts a batch. Blocks while the host does not read, if the channel can. */
  post(batch: readonly unknown[]): void;
  /** Sets what the event loop calls with each batch that `receive` has not returned. */
  onBatch(deliver: (batch: unknown[]) => void): void;
  /** Returns a batch that has arrived, without the event loop; undefined if there is none. */
  receive(): unknown[] | undefined;
  /** How often something has arrived. */
  readonly arrivals: number;
  /**
   * Blocks until something arrives. Returns at once if that has happened since `arrivals` was read.
   *
   * @param arrivals As read before the caller last called `receive`.
   * @param timeout In milliseconds.
   */
  wait(arrivals: number, timeout: number): void;
}
