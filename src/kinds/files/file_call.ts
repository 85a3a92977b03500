import type { Call, Clock, Random } from "@weft/weft/kind";
import { asError, failure } from "../../value/mod.ts";
import { isRetried, waitAfter } from "../retry_fields.ts";
import { fileError, type FileSubject } from "./file_error.ts";
import type { FileRetry } from "./file_fields.ts";

/** How a node carries out its operations. */
export interface FileCallOptions {
  /** How long one attempt may take, in milliseconds. */
  readonly timeout: number;
  readonly retry: FileRetry;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Carries out an operation on files, again if that is wanted.
 *
 * @param once Whether it cannot be repeated, as what is written arrives over time.
 * @param work Does it. Its signal is aborted when the time is over, or the process ends.
 * @throws {Failure} Why it failed; it names the path.
 */
export async function callFile<T>(
  subject: FileSubject,
  call: Call,
  { timeout, retry, clock, random }: FileCallOptions,
  work: (signal: AbortSignal) => Promise<T>,
  once = false,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await inTime(timeout, clock, call.signal, work);
    } catch (thrown) {
      if (call.signal.aborted) {
        throw fileError(subject, failure("the process has ended", { code: "aborted" }));
      }
      const error = fileError(subject, thrown);
      if (once || !isRetried(error, attempt, retry)) throw error;
      await clock.sleep(waitAfter(attempt, retry, random.number()), call.signal);
    }
  }
}

async function inTime<T>(
  timeout: number,
  clock: Clock,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const late = new AbortController();
  const both = AbortSignal.any([signal, late.signal]);
  const timer = clock.sleep(timeout, AbortSignal.any([signal, ended.signal])).then(() => {
    const error = failure(`it took longer than ${timeout} ms`, { code: "timeout" });
    late.abort(error);
    throw error;
  });
  try {
    // an operation of the system cannot be stopped: what comes of it later is seen by nobody
    return await Promise.race([work(both), timer]);
  } finally {
    ended.abort(asError("done"));
    timer.catch(() => {});
  }
}
