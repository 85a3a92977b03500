// The entry point of an executor thread: takes what it needs, seals the thread, serves.
import { workerData } from "node:worker_threads";
import { start } from "../src/executor/mod.ts";

await start(workerData);
