import process from "node:process";
import v8 from "node:v8";

/** The number of resources that this program holds, by kind. */
export type Census = Readonly<Record<string, number>>;

/** Counts the resources in which a leak would show. */
export function takeCensus(): Census {
  const paths = [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return []; // the descriptor that the folder was read with
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

/** Counts Deno's resources with a name, by the internal table that Deno's own tests use. */
function countResources(name: string): number {
  const { internal } = Deno as unknown as { internal: symbol };
  const { core } = (Deno as unknown as Record<symbol, { core: { resources(): Record<number, string> } }>)[internal]!;
  return Object.values(core.resources()).filter((resource) => resource === name).length;
}

/** Describes the resources that have become more, except a few threads and files that Deno keeps. */
export function grown(before: Census, after: Census): string[] {
  const allowed: Census = { threads: 2, "other files": 4 };
  return Object.keys(after).flatMap((name) => {
    const more = after[name]! - before[name]!;
    return more > (allowed[name] ?? 0) ? [`${name}: ${before[name]} before, ${after[name]} after`] : [];
  });
}
