// The entry point of an executor thread.
import { workerData } from "node:worker_threads";
import { start } from "../src/executor/mod.ts";

try {
  await start(workerData);
} catch (error) {
  // the thread ignores rejections, and the warden is told of exceptions only
  setTimeout(() => {
    throw error;
  });
}
