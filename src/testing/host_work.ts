import type { Clock } from "../kind/mod.ts";
import { pause } from "../value/mod.ts";
import { settled, type TestClock } from "./test_clock.ts";

/** How long what looks like work is waited for, in milliseconds. */
const LONGEST_WORK = 1_000;

/** What is waited for. */
export interface Awaited {
  /** Reports whether it has come. */
  isDone(): boolean;
  /** Reports whether something works that does not wait for the clock. */
  isBusy(): boolean;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** The time that the clock does not pass: when nothing is left to do before it, the wait is over. */
  readonly end: number;
}

/** Waits for something, and moves the clock whenever nothing else is left to do. */
export async function untilDone(clock: TestClock, { isDone, isBusy, signal, end }: Awaited): Promise<void> {
  let busySince = 0;
  while (!signal.aborted) {
    await settled();
    if (isDone()) return;
    if (isBusy()) {
      busySince ||= performance.now();
      // what waits within the engine looks like work: after a while it is taken for that
      if (performance.now() - busySince < LONGEST_WORK) {
        await pause(1, signal);
        continue;
      }
    } else busySince = 0;
    if (clock.jumpToNext(end)) continue;
    if (end !== Infinity) return await clock.advance(Math.max(0, end - clock.now()));
    await pause(1, signal);
  }
}

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
