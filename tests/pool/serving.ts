import type { World } from "../runtime/world.ts";

/** Waits until a condition holds. @param timeout In milliseconds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, timeout = 10_000) {
  const deadline = performance.now() + timeout;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`it was not so within ${timeout} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits until so many executors serve, and the spare is up. */
export async function serving({ runtime }: World, executors = 1): Promise<void> {
  const states = () => runtime.pool.status().executors.map(({ state }) => state);
  await until(
    () => states().filter((state) => state === "serving").length === executors && states().includes("spare"),
    `${executors} executors serve`,
  );
}
