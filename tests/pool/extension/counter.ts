// Kinds of the host that count their packets, or hold them. Some of them are declared pure.
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Value } from "../../../src/value/mod.ts";

/** The number of packets so far, by payload. */
export const counts = new Map<string, number>();

/** Continuations of the held packets. */
const held: (() => void)[] = [];

/** Answers the held packets. */
export function letGo(): void {
  for (const go of held.splice(0)) go();
}

/** Returns the number of held packets. */
export function holding(): number {
  return held.length;
}

function count(payload: Value): Value {
  const key = typeof payload === "string" ? payload : JSON.stringify(payload);
  counts.set(key, (counts.get(key) ?? 0) + 1);
  return payload;
}

async function hold(payload: Value): Promise<Value> {
  await new Promise<void>((resolve) => held.push(resolve));
  return payload;
}

function kind(name: string, effect: "none" | "once", action: (payload: Value) => Value | Promise<Value>): Kind {
  return defineKind({
    name,
    summary: "Counts its packets, or holds them.",
    fields: z.object({}),
    ports: { in: ["in"], out: ["out", "error"] },
    place: "host",
    effect,
    prepare: () => ({ in: action }),
  });
}

export default [kind("count", "once", count), kind("count_pure", "none", count), kind("hold", "none", hold)];
