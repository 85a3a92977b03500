/** The worker that holds the SQLite file of a registry, and may touch nothing else. */
import { serveStore, type WorkerScope } from "../src/registry/stores/sqlite/sqlite_worker.ts";

// The project is checked with the types of a main thread, where `self` is a window.
serveStore(self as unknown as WorkerScope);
