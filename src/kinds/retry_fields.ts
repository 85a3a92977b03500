import { z } from "zod";
import { duration } from "../spec/mod.ts";
import type { ErrorCode } from "../value/mod.ts";

/** When a call that has failed is tried again, and after how long. */
export interface Retry {
  /** How often it is tried in all. */
  readonly attempts: number;
  /** The wait before the second attempt, in milliseconds. */
  readonly delay: number;
  /** What each further wait is multiplied by. */
  readonly factor: number;
  /** The part of a wait that is random, 0 to 1. */
  readonly jitter: number;
  /** The longest wait, in milliseconds. */
  readonly max: number;
  /** The codes of the errors after which it is tried again. */
  readonly codes: readonly string[];
}

/** Returns the fields of `retry`. @param codes The codes of the errors that a call is tried again after by default. */
export function retryFields(codes: readonly ErrorCode[]) {
  return {
    attempts: z.int().min(1).max(100).default(3).meta({ description: "How often it is tried in all. Default 3." }),
    delay: duration().default(200).meta({ description: "The wait before the second attempt. Default 200ms." }),
    factor: z.number().min(1).default(2).meta({ description: "What each further wait is multiplied by. Default 2." }),
    jitter: z.number().min(0).max(1).default(0.5).meta({
      description: "The part of a wait that is random, so that not all try at the same moment. Default 0.5.",
    }),
    max: duration().default(10_000).meta({ description: "The longest wait. Default 10s." }),
    codes: z.array(z.string()).default([...codes]).meta({
      description: `The codes of the errors after which it is tried again. Default ${codes.join(", ")}.`,
    }),
  };
}

/**
 * Returns how long to wait before the next attempt, in milliseconds.
 *
 * @param attempt How often it was tried.
 * @param random A number from 0 to 1.
 */
export function waitBefore({ delay, factor, jitter, max }: Retry, attempt: number, random: number): number {
  const wait = Math.min(max, delay * factor ** (attempt - 1));
  return wait * (1 - jitter * random);
}
