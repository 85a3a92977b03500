import process from "node:process";

/**
 * Measures how much longer a thread takes on this machine at the moment than on an idle one: 2 if it gets half a
 * processor. Time limits in tests are multiplied by this.
 */
export function slowdown(): number {
  const began = performance.now();
  const before = used();
  while (used() - before < 30);
  return Math.max(1, (performance.now() - began) / (used() - before));
}

/** Returns the processor time that this thread has used, in milliseconds. */
function used(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
