// The entry point of a compile thread.
import { workerData } from "node:worker_threads";
import { serve } from "../src/compiler/compile_thread.ts";

await serve(workerData);
