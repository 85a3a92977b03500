/// <reference lib="deno.worker" />
// Starts threads for `weft doctor` as the warden starts executors, and says what it saw.
import { Worker } from "node:worker_threads";

/** How long an act may take, in milliseconds. */
const PATIENCE = 8_000;

interface Answer {
  begun?: boolean;
  saw?: string;
  failed?: string;
}

/** Acts that do not end by themselves. */
const ENDLESS: ReadonlySet<string> = new Set(["loop", "regexp"]);

async function kill(worker: Worker): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 60));
  const { cpuUsage } = worker as unknown as { cpuUsage?(): Promise<{ user: number; system: number }> };
  if (cpuUsage === undefined) throw new Error("a worker does not tell its processor time");
  const { user, system } = await cpuUsage.call(worker);
  if (!(user + system > 10_000)) throw new Error(`it is said to have used ${user + system} µs`);
  const began = performance.now();
  await worker.terminate();
  const took = performance.now() - began;
  if (took > 100) throw new Error(`it took ${took.toFixed(1)} ms`);
  return `killed in ${took.toFixed(1)} ms`;
}

function run(act: string, port: MessagePort | undefined, bell: SharedArrayBuffer | undefined): Promise<Answer> {
  const worker = new Worker(new URL("./doctor_thread.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 32 },
    workerData: { act, port, bell },
    transferList: port === undefined ? [] : [port as never], // its types know Node's own port only
  });
  return new Promise((resolve) => {
    const end = (answer: Answer) => {
      clearTimeout(timer);
      resolve(answer);
      void worker.terminate();
    };
    const timer = setTimeout(() => end({ failed: `nothing was heard for ${PATIENCE} ms` }), PATIENCE);
    worker.on("message", ({ begun, ...answer }: Answer) => {
      if (!begun) return end(answer);
      if (act === "receive") self.postMessage({ begun });
      if (ENDLESS.has(act)) kill(worker).then((saw) => end({ saw }), (error: Error) => end({ failed: error.message }));
    });
    worker.on("error", (error: Error & { code?: string }) => {
      const isLimit = act === "memory" && error.code === "ERR_WORKER_OUT_OF_MEMORY";
      end(isLimit ? { saw: error.code! } : { failed: error.message });
    });
    // what never ends is ended by `kill`, which has more to say of it
    worker.on("exit", (code: number) => ENDLESS.has(act) || end({ failed: `it ended with code ${code}` }));
  });
}

self.onmessage = async ({ data, ports }: MessageEvent<{ act: string; bell?: SharedArrayBuffer }>) => {
  self.postMessage(await run(data.act, ports[0], data.bell));
};
