/// <reference lib="deno.worker" />
// Starts one thread that holds no permission and hands it the port it was given.
import { Worker } from "node:worker_threads";

self.onmessage = ({ ports: [port] }: MessageEvent) => {
  // The types of node:worker_threads know another MessagePort than the web's, which is the same.
  const options = { workerData: { port }, transferList: [port] };
  new Worker(new URL("./executor.ts", import.meta.url), options as unknown as WorkerOptions);
};
