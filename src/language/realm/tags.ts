/**
 * Says what follows on the marshal. A symbol is no value, so none can be mistaken for one; all else on the marshal is a value
 * that is no object, a key, a count, or bytes of the realm's own.
 */
export interface Tags {
  /** count, values */
  readonly LIST: symbol;
  /** count, key and value by turns */
  readonly MAP: symbol;
  /** milliseconds */
  readonly DATE: symbol;
  /** a Uint8Array of the realm */
  readonly BYTES: symbol;
  /** index, name, message, code, position of the frames, details, cause, count of errors or -1, errors */
  readonly ERROR: symbol;
  /** ticket */
  readonly STREAM: symbol;
  /** count, key and value by turns; a value may be RAW or BROKEN. Out: index first, and a value may be UNREAD. */
  readonly LAZY: symbol;
  /** decoder, then a text, or LIST with count and texts */
  readonly RAW: symbol;
  /** an ERROR, thrown when the field is read */
  readonly BROKEN: symbol;
  /** a field of a lazy map that nobody has read */
  readonly UNREAD: symbol;

  /** Answers of a call: its value is on the marshal; its error is; it waits. */
  readonly ANSWERED: symbol;
  readonly THREW: symbol;
  readonly WAITS: symbol;
}
