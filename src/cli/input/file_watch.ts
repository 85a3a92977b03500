import { basename, dirname, relative, sep as SEPARATOR } from "node:path";

/** How long nothing has to happen before files are read again, in milliseconds: a save is several events. */
const QUIET = 100;

/**
 * Answers each time that something has happened to files, and nothing more for a moment.
 *
 * @param paths Files, and folders with all that is below them.
 */
export async function* watchFiles(paths: readonly string[], signal: AbortSignal): AsyncGenerator<void> {
  const watchers = paths.map(open);
  let changed = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = watchers.map(async ({ watcher, concerns }) => {
    for await (const { paths, kind } of watcher) {
      if (kind === "access" || !paths.some(concerns)) continue;
      clearTimeout(timer);
      timer = setTimeout(() => changed.resolve(), QUIET);
    }
  });
  const close = () => {
    clearTimeout(timer);
    for (const { watcher } of watchers) watcher.close();
    changed.resolve();
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    for (;;) {
      await changed.promise;
      if (signal.aborted) return;
      changed = Promise.withResolvers();
      yield;
    }
  } finally {
    signal.removeEventListener("abort", close);
    if (!signal.aborted) close();
    await Promise.all(ended);
  }
}

/** A file is watched by its folder: an editor may put a new one in its place. */
function open(path: string): { watcher: Deno.FsWatcher; concerns: (path: string) => boolean } {
  if (Deno.statSync(path).isDirectory) {
    // what is hidden is not read: a store in the folder changes every few seconds
    const isHidden = (changed: string) => relative(path, changed).split(SEPARATOR).some((part) => /^\.[^.]/.test(part));
    return { watcher: Deno.watchFs(path, { recursive: true }), concerns: (changed) => !isHidden(changed) };
  }
  const name = basename(path);
  return {
    watcher: Deno.watchFs(dirname(path), { recursive: false }),
    concerns: (changed) => basename(changed) === name,
  };
}
