// A thread that runs calls which end about when their time limit does, in slices.
import { parentPort, workerData } from "node:worker_threads";
import { Guard } from "../../src/executor/guard.ts";
import { takeClock } from "../../src/executor/lockdown.ts";
import { Slices, type SliceWork } from "../../src/executor/slices.ts";
import { ThreadStatus } from "../../src/protocol/mod.ts";

/** How many milliseconds before its time limit a call returns; none if it never does. */
export const CLOSE_CALLS: readonly number[] = [0.5, 10, -Infinity];

/** What became of the calls of one sort. */
export interface Calls {
  ended: number;
  stopped: number;
  /** How many were followed by the next call before their time limit was over. */
  hasty: number;
}

/** What the thread posts when it is done, or gives up. */
export interface Report {
  /** By the sort of the calls, as in `CLOSE_CALLS`. */
  calls: Calls[];
  gaveUp?: string;
}

/** The time limit of a call, in milliseconds. */
const LIMIT = 80;

/** How many calls to run; whether reading a frame never ends, as if the program were suspended there. */
const { count, suspended = false } = workerData as { count: number; suspended?: boolean };
const clock = takeClock();
const status = new ThreadStatus();
const guard = new Guard(status);
const report: Report = { calls: CLOSE_CALLS.map(() => ({ ended: 0, stopped: 0, hasty: 0 })) };
let left = count;
let timed = false;
let current: Calls = report.calls[0]!;
/** When the time limit of the last call is over. */
let deadline = 0;

const work: SliceWork = {
  get hasWork() {
    return left > 0;
  },
  // a call with a limit of its own gets a slice of its own, which takes it without asking for the limit again
  get nextLimit() {
    return left > 0 ? LIMIT : 0;
  },
  get currentNode() {
    return timed ? "close" : undefined;
  },
  hasPromises: false,
  nextStandsBack: false,
  isFull: false,
  spend: () => {},
  readFrame() {
    while (suspended);
    return false;
  },
  takePacket() {
    if (left === 0) return false;
    if (clock.now() < deadline) current.hasty++;
    const sort = left-- % CLOSE_CALLS.length;
    current = report.calls[sort]!;
    const timeLeft = guard.timeLeft!;
    deadline = clock.now() + timeLeft();
    timed = true;
    guard.enter({ number: 1, limit: LIMIT }, 1);
    while (timeLeft() > CLOSE_CALLS[sort]!);
    guard.leave();
    timed = false;
    current.ended++;
    return true;
  },
  receiveBatches: () => false,
  arrivals: 0,
  wait: () => {},
  post: () => true,
  stopCurrent() {
    timed = false;
    current.stopped++;
  },
  giveUp: (reason) => parentPort!.postMessage({ ...report, gaveUp: reason } satisfies Report),
};

const slices = new Slices(work, { ...clock, exit: () => Deno.exit(1) }, status, guard, false);
slices.schedule();
const timer = setInterval(() => {
  if (left > 0 || timed || suspended) return;
  clearInterval(timer);
  parentPort!.postMessage(report);
}, 10);
