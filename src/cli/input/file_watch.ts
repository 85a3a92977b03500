import { basename, dirname, relative, sep as SEPARATOR } from "node:path";

/** The quiet time after a change before it is reported, in milliseconds: a single save causes several events. */
const DEBOUNCE = 100;

/**
 * Yields after each change of files, debounced.
 *
 * @param paths Files, and folders, which are watched recursively.
 * @param signal Ends the watch.
 */
export async function* watchFiles(paths: readonly string[], signal: AbortSignal): AsyncGenerator<void> {
  const watchers = paths.map(open);
  let changed = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = watchers.map(async ({ watcher, isRelevant }) => {
    for await (const { paths, kind } of watcher) {
      if (kind === "access" || !paths.some(isRelevant)) continue;
      clearTimeout(timer);
      timer = setTimeout(() => changed.resolve(), DEBOUNCE);
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

/** Watches a path. A file is watched through its folder, because editors may replace it. */
function open(path: string): { watcher: Deno.FsWatcher; isRelevant: (path: string) => boolean } {
  if (Deno.statSync(path).isDirectory) {
    // hidden files are not read, and a store in the folder changes every few seconds
    const isHidden = (changed: string) => relative(path, changed).split(SEPARATOR).some((part) => /^\.[^.]/.test(part));
    return { watcher: Deno.watchFs(path, { recursive: true }), isRelevant: (changed) => !isHidden(changed) };
  }
  const name = basename(path);
  return {
    watcher: Deno.watchFs(dirname(path), { recursive: false }),
    isRelevant: (changed) => basename(changed) === name,
  };
}
