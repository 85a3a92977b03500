/** Creates a folder with files by relative path. */
export function folder(files: Record<string, unknown> = {}): string {
  const path = Deno.makeTempDirSync({ prefix: "weft-start-" });
  for (const [name, content] of Object.entries(files)) write(`${path}/${name}`, content);
  return path;
}

/** Writes a file: a text, or a value as JSON. Makes its folder. */
export function write(path: string, content: unknown): void {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
}

/** Returns the body of the answer to a GET. */
export async function answerOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}
