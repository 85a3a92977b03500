import process from "node:process";
import v8 from "node:v8";

/** What this program holds, by name. */
export type Census = Readonly<Record<string, number>>;

/** Counts what a leak would be seen in. */
export function takeCensus(): Census {
  const paths = [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return []; // the one that the folder itself was read by
    }
  });
  const sockets = paths.filter((path) => path.startsWith("socket:")).length;
  const status = Deno.readTextFileSync("/proc/self/status");
  return {
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)![1]),
    sockets,
    "other files": paths.length - sockets,
    ports: countResources("messagePort"),
    timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
    contexts: v8.getHeapStatistics().number_of_native_contexts,
  };
}

/** How many resources of Deno's there are of a sort. Only what Deno's own tests are checked with tells it. */
function countResources(name: string): number {
  const { internal } = Deno as unknown as { internal: symbol };
  const { core } = (Deno as unknown as Record<symbol, { core: { resources(): Record<number, string> } }>)[internal]!;
  return Object.values(core.resources()).filter((resource) => resource === name).length;
}

/** What there is more of than before, in words. Threads and files that Deno keeps for the next time are allowed for. */
export function grown(before: Census, after: Census): string[] {
  const allowed: Census = { threads: 2, "other files": 4 };
  return Object.keys(after).flatMap((name) => {
    const more = after[name]! - before[name]!;
    return more > (allowed[name] ?? 0) ? [`${name}: ${before[name]} before, ${after[name]} after`] : [];
  });
}
