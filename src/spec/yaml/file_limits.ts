/** How large the values of one file, or of one spec that came as a map, may be. Aliases count as what they stand for. */
export const FILE_LIMITS = {
  /** Values, each list item and each value of a map counted. */
  nodes: 100_000,
  /** Levels of nesting. */
  depth: 100,
  /** Characters of text. */
  size: 16 * 1024 * 1024,
};

/** What a value adds to a file. */
export interface Weight {
  nodes: number;
  size: number;
}

/** Counts what has been read of a file. */
export class FileBudget {
  #nodes = 0;
  #size = 0;

  /** What has been read so far, or since an earlier time. */
  since(earlier: Weight = { nodes: 0, size: 0 }): Weight {
    return { nodes: this.#nodes - earlier.nodes, size: this.#size - earlier.size };
  }

  /** Adds a value, and answers what is too much if it is. */
  add({ nodes, size }: Weight): string | undefined {
    this.#nodes += nodes;
    this.#size += size;
    if (this.#nodes > FILE_LIMITS.nodes) return `more than ${FILE_LIMITS.nodes} values`;
    return this.#size > FILE_LIMITS.size ? `more than ${FILE_LIMITS.size / 1024 / 1024} MiB of text` : undefined;
  }
}
