import { causeOf } from "../../pool/death/mod.ts";
import type { EngineEnd } from "./engine.ts";

/** How many of its last lines are told, and of how many characters each. */
const LINES = 2;
const LENGTH = 300;

/**
 * Describes how an engine has ended: by what, and its last words. Which call it was in is known only where that was
 * written down before.
 *
 * @param time How long it ran, in milliseconds.
 */
export function describeEnd(pid: number, time: number, { code, signal, text }: EngineEnd): string {
  const { why } = causeOf({ code: signal === null ? code : null, signal, text });
  const ended = `the engine (process ${pid}) has ended after ${(time / 1_000).toFixed(1)} s: ${why}`;
  // behind what V8 says are only the addresses of a stack
  if (/^(V8|Deno) ended it/.test(why)) return ended;
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "").slice(-LINES);
  if (lines.length === 0) return ended;
  return `${ended}; its last words: ${lines.map((line) => line.slice(0, LENGTH)).join(" | ")}`;
}
