import {
  ByteRing,
  encodeMessage,
  PipeExecutorChannel,
  type PipeExecutorChannelOptions,
  StatusFile,
} from "../protocol/process/mod.ts";
import { type ExecutorData, serve } from "./start.ts";

/** What the host tells the program of an executor, as JSON in its only argument. */
export type ExecutorArgument = Pick<ExecutorData, "extensions" | "unguarded">;

/** Starts serving as a program of its own, over standard input and output. @param input The module of the input thread. */
export async function startProcess(argument: string, input: URL): Promise<void> {
  // the host ends its executors, after it has drained them: what ends it may be sent to all programs of a terminal
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => {});
  sealStorage();
  const { extensions, unguarded } = JSON.parse(argument) as ExecutorArgument;
  const stdout = Deno.stdout;
  const write = (bytes: Uint8Array) => stdout.writeSync(bytes);
  const status = new StatusFile(performance.now.bind(performance));
  const { ring, onInput } = startInput(input);
  const channel = new PipeExecutorChannel({ ring, onInput, write, status });
  const fail = (failure: unknown) => void write(encodeMessage(failure));
  await serve({ extensions, unguarded, channel, status, fail });
}

function startInput(url: URL): Pick<PipeExecutorChannelOptions, "ring" | "onInput"> {
  const ring = new ByteRing();
  const thread = new Worker(url, { type: "module", name: "input" });
  // without it the executor would be deaf, and outlive its host
  const { exit } = Deno;
  thread.onerror = () => exit(1);
  thread.postMessage(ring.buffer);
  return { ring, onInput: (arrived) => thread.onmessage = () => arrived() };
}

/** Takes away what a program may store without a permission, so that not even an extension can. */
function sealStorage(): void {
  for (const name of ["localStorage", "sessionStorage", "caches"]) {
    Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });
  }
}
