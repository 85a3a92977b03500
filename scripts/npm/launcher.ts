const LAUNCHER = new URL("./weft.js", import.meta.url);

/**
 * Returns the text of the launcher, the command `weft` of the package.
 *
 * @param task The task `weft` of `deno.json`, whose flags it passes to Deno.
 */
export async function launcher(task: string): Promise<string> {
  const words = task.split(" ").slice(1, -1);
  const at = words.indexOf("$WEFT_ALLOW");
  if (words[0] !== "run" || at < 0) throw new Error(`invalid task ${JSON.stringify(task)}: expected deno run ...`);
  const flags = [...words.slice(0, at), ...words.slice(at + 1)];
  const text = await Deno.readTextFile(LAUNCHER);
  const result = text.replace(/^const FLAGS = .*$/m, () => `const FLAGS = ${JSON.stringify(flags)};`);
  if (result === text) throw new Error("the launcher has no line for the flags");
  return result;
}
