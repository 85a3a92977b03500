import type { Value } from "../../value/mod.ts";
import { StorageError } from "../error.ts";
import { explain, SqliteDatabase } from "./database.ts";

/** A call of a method of a service; of the worker's own `open` or `close`, if it names no service. */
export interface Call {
  readonly id: number;
  readonly service?: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What the worker posts: how a call ended, or that a service has news. */
export type Message =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly notified: string };

/** An error as plain data. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details: Value | undefined;
}

/** What a service is given. */
export interface SqliteContext {
  readonly database: SqliteDatabase;
  readonly path: string;
  /** Tells the service's client on the other thread that there is news. */
  notify(): void;
}

/**
 * The services of a file by name. Each is created when the file is opened; its methods take and return plain data.
 * A method `close` is called before the file is closed.
 */
export type SqliteServices = Readonly<Record<string, (context: SqliteContext) => object>>;

/** The part of a worker's global scope that is used here. */
export interface WorkerScope {
  postMessage(message: Message): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Call>) => void): void;
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

/**
 * Serves a SQLite file to the thread that started this worker.
 *
 * @param schema What each version of the schema adds to the one before, as SQL.
 */
export function serveSqlite(scope: WorkerScope, schema: readonly string[], services: SqliteServices): void {
  let path = "";
  let database: SqliteDatabase | undefined;
  const opened = new Map<string, object>();

  const own = {
    open(file: string) {
      path = file;
      const opening = new SqliteDatabase(file, schema);
      database = opening;
      for (const [name, create] of Object.entries(services)) {
        const notify = () => scope.postMessage({ notified: name });
        opened.set(name, create({ database: opening, path, notify }));
      }
    },
    close() {
      for (const service of opened.values()) (service as { close?(): void }).close?.();
      opened.clear();
      database?.close();
      database = undefined;
    },
  };

  scope.addEventListener("message", ({ data: { id, service, method, args } }) => {
    try {
      const target = service === undefined ? own : opened.get(service);
      if (target === undefined) throw new StorageError("unavailable", "the file is not open");
      scope.postMessage({ id, value: (target as Methods)[method]!(...args) });
    } catch (error) {
      const { code, message, details } = explain(error, path);
      scope.postMessage({ id, failure: { code, message, details } });
    }
  });
}
