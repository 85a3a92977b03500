// Starts the threads of `weft doctor` in the way the warden starts executors, and posts their results.
import { Worker } from "node:worker_threads";

// The project is checked with the types of a main thread, where `self` is a window.
const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage(event: MessageEvent): void;
};

/** How long a check may take, in milliseconds. */
const TIMEOUT = 8_000;

interface Answer {
  begun?: boolean;
  saw?: string;
  failed?: string;
}

/** Checks whose thread does not end by itself. */
const ENDLESS: ReadonlySet<string> = new Set(["loop", "regexp"]);

async function kill(worker: Worker): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 60));
  const { cpuUsage } = worker as unknown as { cpuUsage?(): Promise<{ user: number; system: number }> };
  if (cpuUsage === undefined) throw new Error("worker.cpuUsage does not exist");
  const { user, system } = await cpuUsage.call(worker);
  if (!(user + system > 10_000)) throw new Error(`worker.cpuUsage reports ${user + system} µs`);
  const began = performance.now();
  await worker.terminate();
  const took = performance.now() - began;
  if (took > 100) throw new Error(`the kill took ${took.toFixed(1)} ms`);
  return `killed in ${took.toFixed(1)} ms`;
}

function run(check: string, port: MessagePort | undefined, signal: SharedArrayBuffer | undefined): Promise<Answer> {
  const worker = new Worker(new URL("./doctor_thread.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 32 },
    workerData: { check, port, signal },
    transferList: port === undefined ? [] : [port as never], // typed for Node's own port only
  });
  return new Promise((resolve) => {
    const end = (answer: Answer) => {
      clearTimeout(timer);
      resolve(answer);
      void worker.terminate();
    };
    const timer = setTimeout(() => end({ failed: `no answer within ${TIMEOUT} ms` }), TIMEOUT);
    worker.on("message", ({ begun, ...answer }: Answer) => {
      if (!begun) return end(answer);
      if (check === "receive") scope.postMessage({ begun });
      if (ENDLESS.has(check)) {
        kill(worker).then((saw) => end({ saw }), (error: Error) => end({ failed: error.message }));
      }
    });
    worker.on("error", (error: Error & { code?: string }) => {
      const isLimit = check === "memory" && error.code === "ERR_WORKER_OUT_OF_MEMORY";
      end(isLimit ? { saw: error.code! } : { failed: error.message });
    });
    // `kill` ends the endless ones, and reports more than the exit code
    worker.on("exit", (code: number) => ENDLESS.has(check) || end({ failed: `the thread ended with code ${code}` }));
  });
}

scope.onmessage = async ({ data, ports }: MessageEvent<{ check: string; signal?: SharedArrayBuffer }>) => {
  scope.postMessage(await run(data.check, ports[0], data.signal));
};
