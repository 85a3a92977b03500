import process from "node:process";

/**
 * How much longer than alone a thread takes on this machine now: 1 on a quiet one, 2 where it gets half a processor. A
 * bound on time holds for a machine that has a processor to spare; what is measured on another is measured with this.
 */
export function slowdown(): number {
  const began = performance.now();
  const before = used();
  while (used() - before < 30);
  return Math.max(1, (performance.now() - began) / (used() - before));
}

/** Processor time that this thread has used, in milliseconds. */
function used(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
