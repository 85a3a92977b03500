import { causeOf } from "../../pool/death/mod.ts";
import type { EngineEnd } from "./engine.ts";

/** How many of its last lines are told, and of how many characters each. */
const LINES = 2;
const LENGTH = 300;

/**
 * Describes how an engine has ended: by what, in which nodes, and its last words. The nodes are known if a call had taken
 * longer than some 50 ms.
 *
 * @param time How long it ran, in milliseconds.
 */
export function describeEnd(pid: number, time: number, { code, signal, text, nodes }: EngineEnd): string {
  const { why } = causeOf({ code: signal === null ? code : null, signal, text });
  const ended = `the engine (process ${pid}) has ended after ${(time / 1_000).toFixed(1)} s: ${why}${inside(nodes)}`;
  // behind what V8 says are only the addresses of a stack
  if (/^(V8|Deno) ended it/.test(why)) return ended;
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "").slice(-LINES);
  if (lines.length === 0) return ended;
  return `${ended}; its last words: ${lines.map((line) => line.slice(0, LENGTH)).join(" | ")}`;
}

function inside(nodes: readonly (string | null)[]): string {
  if (nodes.length === 0) return "";
  const names = nodes.map((name) => name === null ? "a node of the version that it was trying" : JSON.stringify(name));
  return `, in a long call of ${names.join(", of ")}`;
}
