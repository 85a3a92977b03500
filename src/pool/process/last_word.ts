import { Buffer } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readStatusFile, STATUS_SIZE, type StatusFileReading } from "../../protocol/process/mod.ts";
import type { StatusReader } from "../../protocol/mod.ts";
import { statusFolder } from "./executor_command.ts";

/** How much of what V8 and Deno print is read, in bytes. */
const TEXT = 2 ** 14;

/**
 * The file that is the standard error of an executor's program: its status, and behind it what V8 and Deno print when
 * they end the program. It has no name, so that it goes when the last program that has it open ends.
 */
export class LastWord implements StatusReader {
  /** The file descriptor, which the program inherits. */
  readonly descriptor: number;
  readonly #bytes = new Uint8Array(STATUS_SIZE);
  #isOpen = true;
  #reading: StatusFileReading;

  constructor() {
    const path = join(statusFolder()!, `weft-executor-${crypto.randomUUID()}`);
    // neither followed nor shared, whoever else writes into this folder
    this.descriptor = openSync(path, "wx+", 0o600);
    Deno.removeSync(path);
    writeSync(this.descriptor, this.#bytes);
    this.#reading = readStatusFile(this.#bytes);
  }

  get stops(): StatusReader["stops"] {
    return this.read().stops;
  }

  read(): StatusFileReading {
    if (!this.#isOpen) return this.#reading;
    readSync(this.descriptor, this.#bytes, 0, STATUS_SIZE, 0);
    return this.#reading = readStatusFile(this.#bytes);
  }

  /** The size of the file, in bytes. */
  get size(): number {
    return this.#isOpen ? fstatSync(this.descriptor).size : 0;
  }

  /** Returns what V8 and Deno have printed. */
  text(): string {
    const bytes = new Uint8Array(TEXT);
    const count = this.#isOpen ? readSync(this.descriptor, bytes, 0, TEXT, STATUS_SIZE) : 0;
    return Buffer.from(bytes.buffer, 0, count).toString();
  }

  /** Closes the file. The last status stays. */
  close(): void {
    if (!this.#isOpen) return;
    this.read();
    this.#isOpen = false;
    closeSync(this.descriptor);
  }
}
