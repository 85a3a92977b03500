// The entry point of an executor thread.
import { workerData } from "node:worker_threads";
import { start } from "../src/executor/mod.ts";

await start(workerData);
