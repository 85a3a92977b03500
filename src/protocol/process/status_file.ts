import { writeSync } from "node:fs";
import type { Status, StatusReading } from "../status.ts";

/**
 * The status of an executor that is a program of its own: a record at the start of the file that is its standard error.
 * It outlives the program. Behind it stands what V8 and Deno print when they end the program.
 */

/** The record of the executor: what it is in. */
enum Field {
  Beat,
  Sequence,
  Busy,
  Symbol,
  Process,
  Limit,
  Stops,
  /** In milliseconds. */
  Beyond,
  Count,
}

/** The record that its input thread writes when it is asked to. */
enum UsageField {
  /** How often it was asked. */
  Count,
  /** In milliseconds. */
  Processor,
  /** In bytes. */
  Resident,
  Length,
}

const FLOAT = 8;
/** Where the record of the input thread begins, in bytes. */
const USAGE = Field.Count * FLOAT;
/** The size of both records, and where the text begins, in bytes. */
export const STATUS_SIZE = USAGE + UsageField.Length * FLOAT;

/** The file descriptor of standard error. */
const STDERR = 2;
/** The longest time that a beat may take to be in the file, in milliseconds. */
const BEAT = 50;

/** Writes the status of the executor that this program is. */
export class StatusFile implements Status {
  readonly #record = new Float64Array(Field.Count);
  readonly #bytes = new Uint8Array(this.#record.buffer);
  readonly #now: () => number;
  /** When it was last written. */
  #written = -Infinity;
  /** Whether user code was left, and the file does not say so. */
  #left = false;

  /** @param now Returns the time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  beat(): void {
    this.#record[Field.Beat]!++;
    if (this.#left || this.#now() - this.#written > BEAT) this.#write();
  }

  enter(symbol: number, process: number, limit: number): void {
    const record = this.#record;
    record[Field.Sequence]!++;
    record[Field.Busy] = 1;
    record[Field.Symbol] = symbol;
    record[Field.Process] = process;
    record[Field.Limit] = limit;
    this.#write();
  }

  leave(): void {
    this.#record[Field.Busy] = 0;
    this.#left = true;
  }

  /** Writes that user code was left. A write takes as long as a short call, so that several calls share one. */
  settle(): void {
    if (this.#left) this.#write();
  }

  stopped(beyond: number): void {
    this.#record[Field.Stops]!++;
    this.#record[Field.Beyond] = beyond;
    this.#write();
  }

  #write(): void {
    this.#left = false;
    this.#written = this.#now();
    writeSync(STDERR, this.#bytes, 0, this.#bytes.length, 0);
  }
}

/** Writes what this program has used. @param count How often it was asked to. */
export function writeUsage(count: number, { processor, resident }: { processor: number; resident: number }): void {
  const record = new Float64Array(UsageField.Length);
  record[UsageField.Count] = count;
  record[UsageField.Processor] = processor;
  record[UsageField.Resident] = resident;
  writeSync(STDERR, new Uint8Array(record.buffer), 0, record.byteLength, USAGE);
}

/** What the file of an executor says. */
export interface StatusFileReading extends StatusReading {
  /** See `StatusReader`. */
  stops: { count: number; beyond: number };
  /** What the program has used. */
  usage: {
    /** How often it was asked. */
    count: number;
    /** In milliseconds. */
    processor: number;
    /** In bytes. */
    resident: number;
  };
}

/** Reads the records. The executor may have written anything: what is no number is 0. */
export function readStatusFile(bytes: Uint8Array<ArrayBuffer>): StatusFileReading {
  const view = new DataView(bytes.buffer, bytes.byteOffset, STATUS_SIZE);
  const at = (offset: number) => {
    const value = view.getFloat64(offset, true);
    return Number.isFinite(value) ? value : 0;
  };
  const field = (field: Field) => at(field * FLOAT);
  const used = (field: UsageField) => at(USAGE + field * FLOAT);
  return {
    beat: field(Field.Beat),
    sequence: field(Field.Sequence),
    busy: field(Field.Busy) === 1,
    symbol: field(Field.Symbol),
    process: field(Field.Process),
    limit: field(Field.Limit),
    stops: { count: field(Field.Stops), beyond: field(Field.Beyond) },
    usage: {
      count: used(UsageField.Count),
      processor: used(UsageField.Processor),
      resident: used(UsageField.Resident),
    },
  };
}
