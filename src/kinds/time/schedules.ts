/** When a node runs next. */
export interface ScheduledNode {
  /** The name of the node. */
  readonly node: string;
  /** When, in milliseconds since 1970; undefined if never, or another engine does it. */
  readonly next: number | undefined;
}

/** The nodes of a runtime that run at times. */
export class Schedules {
  readonly #nodes = new Set<ScheduledNode>();

  /** Adds a node. @returns What removes it. */
  add(node: ScheduledNode): () => void {
    this.#nodes.add(node);
    return () => this.#nodes.delete(node);
  }

  /** Returns the nodes, the next one to run first. */
  list(): ScheduledNode[] {
    return Array.from(this.#nodes, ({ node, next }) => ({ node, next }))
      .sort((a, b) => (a.next ?? Infinity) - (b.next ?? Infinity) || (a.node < b.node ? -1 : 1));
  }
}
