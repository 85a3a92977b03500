import { NumberMap } from "./number_map.ts";
import type { Process } from "./process.ts";
import type { Unit } from "./table.ts";

interface Generation {
  readonly number: number;
  /** Processes that see it and have not ended. */
  readonly processes: NumberMap<Process>;
  /** Units that the next generation no longer has. */
  retired: Unit[];
}

/**
 * Which processes see which generation of the symbol table, and when a unit that was replaced is seen by none any more.
 */
export class Generations {
  #live: Generation[] = [{ number: 0, processes: new NumberMap(), retired: [] }];
  readonly #free: (units: readonly Unit[]) => void;

  /** @param free Told the units that no process can reach any more. */
  constructor(free: (units: readonly Unit[]) => void) {
    this.#free = free;
  }

  /** The newest one. */
  get current(): number {
    return this.#live.at(-1)!.number;
  }

  /** Generations that some process still sees, the newest included. */
  get live(): readonly { readonly number: number; readonly processes: Readonly<NumberMap<Process>> }[] {
    return this.#live;
  }

  /** A process was opened in the newest generation. */
  enter(process: Process): void {
    this.#live.at(-1)!.processes.set(process.number, process);
  }

  /** A process has ended. */
  leave(process: Process): void {
    const generation = this.#live.find(({ number }) => number === process.generation);
    generation?.processes.delete(process.number);
    if (generation?.processes.size === 0 && this.#live.length > 1) this.#sweep();
  }

  /** Makes a generation the newest. @param retired Units that it no longer has. */
  advance(number: number, retired: readonly Unit[]): void {
    this.#live.at(-1)!.retired = [...retired];
    this.#live.push({ number, processes: new NumberMap(), retired: [] });
    this.#sweep();
  }

  /** A unit of generation n may be reached by the processes of n and all before it, so the oldest go first. */
  #sweep(): void {
    while (this.#live.length > 1 && this.#live[0]!.processes.size === 0) {
      const { retired } = this.#live.shift()!;
      if (retired.length > 0) this.#free(retired);
    }
  }
}
