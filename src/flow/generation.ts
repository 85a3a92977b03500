import { NumberMap } from "./number_map.ts";
import type { Process } from "./process.ts";
import type { Unit } from "./table.ts";

interface Generation {
  readonly number: number;
  /** Its processes that have not ended. */
  readonly processes: NumberMap<Process>;
  /** Units that the next generation no longer contains. */
  retired: Unit[];
}

/**
 * Tracks which processes see which generation of the symbol table, and frees a replaced unit once no process can reach
 * it.
 */
export class Generations {
  #live: Generation[] = [{ number: 0, processes: new NumberMap(), retired: [] }];
  readonly #free: (units: readonly Unit[]) => void;

  /** @param free Called with the units that no process can reach any more. */
  constructor(free: (units: readonly Unit[]) => void) {
    this.#free = free;
  }

  /** The number of the newest generation. */
  get current(): number {
    return this.#live.at(-1)!.number;
  }

  /** Generations that some process still sees, and the newest one. */
  get live(): readonly { readonly number: number; readonly processes: Readonly<NumberMap<Process>> }[] {
    return this.#live;
  }

  /** Adds a process to the newest generation. */
  enter(process: Process): void {
    this.#live.at(-1)!.processes.set(process.number, process);
  }

  /** Removes a process that has ended. */
  leave(process: Process): void {
    const generation = this.#live.find(({ number }) => number === process.generation);
    generation?.processes.delete(process.number);
    if (generation?.processes.size === 0 && this.#live.length > 1) this.#sweep();
  }

  /** Begins a new generation. @param retired Units of the one before that it no longer contains. */
  advance(number: number, retired: readonly Unit[]): void {
    this.#live.at(-1)!.retired = [...retired];
    this.#live.push({ number, processes: new NumberMap(), retired: [] });
    this.#sweep();
  }

  /** Processes of generation n and of all before it may reach a unit of n, so the oldest must be freed first. */
  #sweep(): void {
    while (this.#live.length > 1 && this.#live[0]!.processes.size === 0) {
      const { retired } = this.#live.shift()!;
      if (retired.length > 0) this.#free(retired);
    }
  }
}
