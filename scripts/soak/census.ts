import process from "node:process";
import v8 from "node:v8";

/** The resources of this process by name. */
export type Census = Readonly<Record<string, number>>;

/** Counts the resources that a leak would increase. */
export function takeCensus(): Census {
  const paths = [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return []; // the descriptor of the folder itself
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

/** Counts the resources of Deno with a name, through the internals that the sanitizers of `deno test` use. */
function countResources(name: string): number {
  const { internal } = Deno as unknown as { internal: symbol };
  const { core } = (Deno as unknown as Record<symbol, { core: { resources(): Record<number, string> } }>)[internal]!;
  return Object.values(core.resources()).filter((resource) => resource === name).length;
}

/** Describes the resources that have increased, except for threads and files that Deno keeps for reuse. */
export function grown(before: Census, after: Census): string[] {
  const allowed: Census = { threads: 2, "other files": 4 };
  return Object.keys(after).flatMap((name) => {
    const more = after[name]! - before[name]!;
    return more > (allowed[name] ?? 0) ? [`${name}: ${before[name]} before, ${after[name]} after`] : [];
  });
}
