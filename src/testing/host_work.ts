import type { Clock } from "../kind/mod.ts";

/** What the nodes of the host do at the moment, beside waiting for the clock of the test. */
export class HostWork {
  readonly #nodes = new Set<NodeWork>();

  /** Whether one of them works on something. */
  get isBusy(): boolean {
    for (const node of this.#nodes) if (node.isBusy) return true;
    return false;
  }

  /** Returns the work of one more node. */
  addNode(): NodeWork {
    const node = new NodeWork();
    this.#nodes.add(node);
    return node;
  }
}

/** What a node of the host does at the moment. */
export class NodeWork {
  #calls = 0;
  #sleeps = 0;

  /** Whether it works on more calls than wait for its clock. */
  get isBusy(): boolean {
    return this.#calls > this.#sleeps;
  }

  /** Counts a call until it is answered. */
  add(reply: Promise<unknown>): void {
    this.#calls++;
    const done = () => void this.#calls--;
    reply.then(done, done);
  }

  /** Returns a clock for the node whose sleeps are no work. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        this.#sleeps++;
        try {
          await clock.sleep(ms, signal);
        } finally {
          this.#sleeps--;
        }
      },
    };
  }
}
