/** Runs a function with an empty folder, which is removed afterwards. */
export async function withFolder(run: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Registers a test of a SQLite history that gets a folder, and must leave no timer, worker or file open. */
export function testInFolder(name: string, run: (folder: string) => void | Promise<void>): void {
  Deno.test(`sqlite: ${name}`, { sanitizeOps: true, sanitizeResources: true }, () => withFolder(run));
}
