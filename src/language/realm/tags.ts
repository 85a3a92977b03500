/**
 * The tags of the transfer: each says what the cells behind it hold. A tag is a symbol, which no payload value is, so the
 * two cannot be confused. Every other cell is a primitive value, a key, a count, or bytes allocated by the realm.
 */
export interface Tags {
  /** Count, then the items. */
  readonly LIST: symbol;
  /** Count, then keys and values alternately. */
  readonly MAP: symbol;
  /** Milliseconds. */
  readonly DATE: symbol;
  /** A Uint8Array of the realm. */
  readonly BYTES: symbol;
  /** Index, name, message, code, stack, details, cause, number of errors (-1 unless an AggregateError), the errors. */
  readonly ERROR: symbol;
  /** Ticket. */
  readonly STREAM: symbol;
  /** Count, then keys and values alternately, where a value may be RAW or FAILED. Outbound: index first, and UNREAD. */
  readonly LAZY: symbol;
  /** Decoder, then a string, or a LIST of strings. */
  readonly RAW: symbol;
  /** An ERROR that is thrown when the field is read. */
  readonly FAILED: symbol;
  /** A field of a lazy map that has not been read. */
  readonly UNREAD: symbol;

  /** Outcome of a call: its value is in the transfer. */
  readonly RETURNED: symbol;
  /** Outcome of a call: its error is in the transfer. */
  readonly THREW: symbol;
  /** Outcome of a call: it waits for a promise. */
  readonly PENDING: symbol;
}
