/** The worker that opens the SQLite file of a store, and may touch nothing else. */
import { serveStore, type WorkerScope } from "../src/store/sqlite/mod.ts";

// The project is checked with the types of a main thread, where `self` is a window.
serveStore(self as unknown as WorkerScope);
