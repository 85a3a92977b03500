import type { World } from "../runtime/world.ts";
import { until } from "../support/until.ts";

/** Waits until so many executors serve, and the spare is up. */
export async function serving({ runtime }: World, executors = 1): Promise<void> {
  const states = () => runtime.pool.status().executors.map(({ state }) => state);
  await until(
    `${executors} executors serve`,
    () => states().filter((state) => state === "serving").length === executors && states().includes("spare"),
  );
}
