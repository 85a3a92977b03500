import type { Value } from "../../../value/mod.ts";
import { RegistryError, type RegistryErrorCode } from "../../errors.ts";
import { explain, SqliteStore } from "./sqlite_store.ts";

/** What the worker can be asked: the store's own methods, and to open, to watch, and to close it. */
export type StoreMethods =
  & Omit<{ [M in keyof SqliteStore]: SqliteStore[M] }, "hasMoved">
  & {
    open(path: string): void;
    /** Begins or ends saying when another process has moved head. */
    watch(on: boolean): void;
  };

/** A call of one of them. */
export interface Call {
  readonly id: number;
  readonly method: keyof StoreMethods;
  readonly args: readonly unknown[];
}

/** What the worker says: how a call ended, or that head has moved. */
export type Message =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly moved: true };

/** An error as plain data. */
export interface Failure {
  readonly code: RegistryErrorCode;
  readonly message: string;
  readonly details: Value | undefined;
}

/** How often the file is looked at, in milliseconds, where nothing tells of its change earlier. */
const POLL = 50;

/** A worker's own scope. */
export interface WorkerScope {
  postMessage(message: Message): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Call>) => void): void;
}

/** Serves a store to whoever started this worker. */
export function serveStore(scope: WorkerScope): void {
  let path = "";
  let store: SqliteStore | undefined;
  let endWatch: (() => void) | undefined;

  const opened = () => {
    if (store === undefined) throw new RegistryError("unavailable", "the store is not open");
    return store;
  };
  const methods = {
    open(file: string) {
      path = file;
      store = new SqliteStore(file);
    },
    watch(on: boolean) {
      endWatch?.();
      endWatch = on ? watch(opened(), path, () => scope.postMessage({ moved: true })) : undefined;
    },
    close() {
      endWatch?.();
      store?.close();
      store = undefined;
    },
  };

  scope.addEventListener("message", ({ data: { id, method, args } }) => {
    try {
      const target = (method in methods ? methods : opened()) as Record<string, (...args: unknown[]) => unknown>;
      scope.postMessage({ id, value: target[method]!(...args) });
    } catch (error) {
      const { code, message, details } = explain(error, path);
      scope.postMessage({ id, failure: { code, message, details } });
    }
  });
}

/**
 * Looks whether head has moved: at every tick, and more and more rarely after the write-ahead log was written, as what
 * is written counts only when it has reached the disk. Answers what ends it.
 */
function watch(store: SqliteStore, path: string, onMove: () => void): () => void {
  const look = () => {
    try {
      if (store.hasMoved()) onMove();
    } catch {
      // The next call that somebody waits for will say what is wrong with the file.
    }
  };
  let soon: ReturnType<typeof setTimeout> | undefined;
  const lookOften = (pause: number) => {
    clearTimeout(soon);
    look();
    if (pause < POLL) soon = setTimeout(lookOften, pause, pause * 2);
  };
  const timer = setInterval(look, POLL);
  const events = watchFile(`${path}-wal`, () => lookOften(1));
  look();
  return () => {
    clearInterval(timer);
    clearTimeout(soon);
    events?.close();
  };
}

/** Says when a file is written. Undefined where there is no such file or no way to watch it: the timer does then. */
function watchFile(path: string, onWrite: () => void): Deno.FsWatcher | undefined {
  let events: Deno.FsWatcher;
  try {
    events = Deno.watchFs(path);
  } catch {
    return undefined;
  }
  (async () => {
    for await (const _ of events) onWrite();
  })().catch(() => {});
  return events;
}
