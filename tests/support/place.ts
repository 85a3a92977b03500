/** Where a text first stands in a file, as positions are written: `line:column`, both from 1. */
export function placeOf(file: string, text: string): string {
  const at = file.indexOf(text);
  if (at < 0) throw new Error(`there is no ${JSON.stringify(text)} in the file`);
  const before = file.slice(0, at).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
