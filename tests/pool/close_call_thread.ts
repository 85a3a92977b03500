// A thread that runs calls which end about when their time limit does, in slices.
import { parentPort, workerData } from "node:worker_threads";
import { Guard } from "../../src/executor/guard.ts";
import { takeClock } from "../../src/executor/lockdown.ts";
import { Slices, type SliceWork } from "../../src/executor/slices.ts";
import { ThreadStatus } from "../../src/protocol/mod.ts";

/** What the thread posts when it is done, or gives up. */
export interface Calls {
  ended: number;
  stopped: number;
  gaveUp?: string;
}

/** The time limit of a call, in milliseconds. */
const LIMIT = 20;

const { count } = workerData as { count: number };
const clock = takeClock();
const status = new ThreadStatus();
const guard = new Guard(status);
const calls: Calls = { ended: 0, stopped: 0 };
let left = count;
let timed = false;

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
  readFrame: () => false,
  takePacket() {
    if (left === 0) return false;
    left--;
    timed = true;
    // some before the limit, some after it
    const until = clock.now() + LIMIT - 2 + Math.random() * 3;
    guard.enter({ number: 1, limit: LIMIT }, 1);
    while (clock.now() < until);
    guard.leave();
    timed = false;
    calls.ended++;
    return true;
  },
  receiveBatches: () => false,
  arrivals: 0,
  wait: () => {},
  post: () => {},
  stopCurrent() {
    timed = false;
    calls.stopped++;
  },
  giveUp: (error) => parentPort!.postMessage({ ...calls, gaveUp: error.message }),
};

const slices = new Slices(work, { ...clock, exit: () => Deno.exit(1) }, status, guard, false);
slices.schedule();
const timer = setInterval(() => {
  if (left > 0 || timed) return;
  clearInterval(timer);
  parentPort!.postMessage(calls);
}, 10);
