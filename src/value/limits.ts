import { failure } from "./error.ts";
import { lazyParts } from "./lazy.ts";
import { kindOf } from "./value.ts";

/** Limits for the size of a value. A larger one would block the thread that copies it. */
export interface Limits {
  /** Maximum levels of nesting. */
  depth: number;
  /** Maximum number of values, including each item and field. */
  nodes: number;
  /** Maximum number of characters and bytes. */
  size: number;
}

/** The limits of a payload: 200 levels, a million values, 16 MiB. */
export const PACKET_LIMITS: Limits = { depth: 200, nodes: 1_000_000, size: 16 * 1024 * 1024 };

/** The size of a value and how it can be posted. */
export interface Measure {
  /** The number of values. */
  nodes: number;
  /** The number of characters and bytes, roughly what the value takes in a message. */
  size: number;
  /** Whether JSON represents it without loss: no bytes, dates, bigints, errors, streams, infinities. */
  json: boolean;
  /** Whether a structured clone preserves it: no errors, streams or lazy maps. */
  clone: boolean;
}

/**
 * Measures a value.
 *
 * @throws {Failure} `too_large`; `not_a_value` for a function or a symbol.
 */
export function measure(value: unknown, limits: Limits = PACKET_LIMITS): Measure {
  const seen: Measure = { nodes: 0, size: 0, json: true, clone: true };
  walk(value, limits.depth, limits, seen);
  return seen;
}

function walk(value: unknown, depth: number, limits: Limits, seen: Measure): void {
  if (++seen.nodes > limits.nodes) tooLarge(`more than ${limits.nodes} values`);
  if (typeof value === "string") grow(value.length + 4, limits, seen);
  else if (typeof value === "number") {
    if (!Number.isFinite(value) || Object.is(value, -0)) seen.json = false;
    grow(8, limits, seen);
  } else if (value === null || typeof value === "boolean") grow(4, limits, seen);
  else if (value === undefined) seen.json = false;
  else if (typeof value === "bigint") {
    seen.json = false;
    grow(8, limits, seen);
  } else if (typeof value === "object") walkObject(value, depth, limits, seen);
  else throw failure(`a ${typeof value} is not a value`, { code: "not_a_value" });
}

function walkObject(value: object, depth: number, limits: Limits, seen: Measure): void {
  if (depth <= 0) tooLarge(`nested deeper than ${limits.depth}`);
  if (Array.isArray(value)) {
    if (value.length > limits.nodes) tooLarge(`more than ${limits.nodes} values`);
    for (let i = 0; i < value.length; i++) walk(value[i], depth - 1, limits, seen);
    return;
  }
  if (value instanceof Uint8Array) {
    seen.json = false;
    grow(value.byteLength, limits, seen);
    return;
  }
  const kind = kindOf(value);
  if (kind === "map") {
    const lazy = lazyParts(value);
    if (lazy !== undefined) {
      seen.json = seen.clone = false;
      return walk(lazy.fields, depth, limits, seen);
    }
    for (const key of Object.keys(value)) {
      grow(key.length + 4, limits, seen);
      walk((value as Record<string, unknown>)[key], depth - 1, limits, seen);
    }
    return;
  }
  seen.json = false;
  if (kind === "date") return;
  seen.clone = false;
  if (kind === "error") {
    const error = value as Error & { details?: unknown };
    grow(error.message.length + 100, limits, seen);
    if (error.details !== undefined) walk(error.details, depth - 1, limits, seen);
  }
}

function grow(by: number, limits: Limits, seen: Measure): void {
  seen.size += by;
  if (seen.size > limits.size) tooLarge(`more than ${limits.size / 1024 / 1024} MiB`);
}

function tooLarge(what: string): never {
  throw failure(`the value is too large: ${what}`, { code: "too_large" });
}
