import config from "../deno.json" with { type: "json" };

/**
 * Returns what a task of `deno.json` passes to `deno`, for those who run the same without the task.
 *
 * @param allow Flags in the place of `$WEFT_ALLOW`. Default: none.
 */
export function taskArguments(task: "start" | "weft", allow: readonly string[] = []): string[] {
  const words = config.tasks[task].split(" ").slice(1);
  return words.flatMap((word) => word === "$WEFT_ALLOW" ? allow : [word]);
}
