// Kinds of the host that count how often they were reached: what they do is seen outside, or is said to be pure.
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Value } from "../../../src/value/mod.ts";

/** Packets taken so far, by what they carried. */
export const counts = new Map<string, number>();

/** Packets that are held until `letGo` is called. */
const held: (() => void)[] = [];

/** Answers what is held. */
export function letGo(): void {
  for (const go of held.splice(0)) go();
}

/** How many packets are held. */
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
