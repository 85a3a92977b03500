/** Limits of the values of a file. */
export const FILE_LIMITS = {
  /** Levels of nesting. */
  depth: 100,
  /**
   * What a file with aliases may come to: this much, or `factor` times what is written in it if that is more. What is
   * written alone has no limit, but a few lines of aliases of aliases would fill the memory.
   */
  aliases: {
    /** Values, counting each list item and each value of a map. */
    nodes: 100_000,
    /** Characters of all strings. */
    size: 16 * 1024 * 1024,
    factor: 10,
  },
};

/** The weight of a value. */
export interface Weight {
  nodes: number;
  size: number;
}

/** Counts the weight of what has been read of a file. */
export class FileBudget {
  readonly #written: Weight = { nodes: 0, size: 0 };
  readonly #aliases: Weight = { nodes: 0, size: 0 };

  /** Returns the weight read so far, or since an earlier call. */
  since(earlier: Weight = { nodes: 0, size: 0 }): Weight {
    return {
      nodes: this.#written.nodes + this.#aliases.nodes - earlier.nodes,
      size: this.#written.size + this.#aliases.size - earlier.size,
    };
  }

  /** Adds a value that is written in the file. */
  add({ nodes, size }: Weight): void {
    this.#written.nodes += nodes;
    this.#written.size += size;
  }

  /** Adds what an alias stands for; returns a message if a limit is exceeded. */
  addAlias({ nodes, size }: Weight): string | undefined {
    this.#aliases.nodes += nodes;
    this.#aliases.size += size;
    const { aliases } = FILE_LIMITS;
    const most = (unit: keyof Weight) => Math.max(aliases[unit], aliases.factor * this.#written[unit]);
    const all = this.since();
    if (all.nodes > most("nodes")) return `more than ${most("nodes")} values`;
    return all.size > most("size") ? `more than ${Math.floor(most("size") / 1024 / 1024)} MiB of text` : undefined;
  }
}
