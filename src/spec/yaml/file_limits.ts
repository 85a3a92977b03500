/** Limits of the values of a file, or of a spec read from a map. An alias counts as all that it refers to. */
export const FILE_LIMITS = {
  /** Values, counting each list item and each value of a map. */
  nodes: 100_000,
  /** Levels of nesting. */
  depth: 100,
  /** Characters of all strings. */
  size: 16 * 1024 * 1024,
};

/** The weight of a value. */
export interface Weight {
  nodes: number;
  size: number;
}

/** Counts the weight of what has been read of a file. */
export class FileBudget {
  #nodes = 0;
  #size = 0;

  /** Returns the weight read so far, or since an earlier call. */
  since(earlier: Weight = { nodes: 0, size: 0 }): Weight {
    return { nodes: this.#nodes - earlier.nodes, size: this.#size - earlier.size };
  }

  /** Adds a value; returns a message if a limit is exceeded. */
  add({ nodes, size }: Weight): string | undefined {
    this.#nodes += nodes;
    this.#size += size;
    if (this.#nodes > FILE_LIMITS.nodes) return `more than ${FILE_LIMITS.nodes} values`;
    return this.#size > FILE_LIMITS.size ? `more than ${FILE_LIMITS.size / 1024 / 1024} MiB of text` : undefined;
  }
}
