import { ByteRing, PipeExecutorChannel, StatusFile } from "../protocol/process/mod.ts";
import { type ExecutorData, serve } from "./start.ts";

/** What the host tells the program of an executor, as JSON in its only argument. */
export type ExecutorArgument = Pick<ExecutorData, "extensions" | "unguarded">;

/** Starts serving as a program of its own, over standard input and output. @param input The module of the input thread. */
export async function startProcess(argument: string, input: URL): Promise<void> {
  // the host ends its executors, after it has drained them: what ends it may be sent to all programs of a terminal
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => {});
  sealStorage();
  const { extensions, unguarded } = JSON.parse(argument) as ExecutorArgument;
  const status = new StatusFile(performance.now.bind(performance));
  const channel = openChannel(input, status);
  // a message that is no batch
  const fail = (failure: unknown) => channel.send(failure);
  await serve({ extensions, unguarded, channel, status, fail });
}

/** Opens the channel to the host, and starts the input thread for it. */
export function openChannel(input: URL, status: StatusFile): PipeExecutorChannel {
  const ring = new ByteRing();
  const thread = new Worker(input, { type: "module", name: "input" });
  const { exit, stdout } = Deno;
  // without it the executor would be deaf, and outlive its host
  thread.onerror = () => exit(1);
  thread.postMessage(ring.buffer);
  return new PipeExecutorChannel({
    ring,
    onInput: (arrived) => thread.onmessage = () => arrived(),
    write: (bytes) => stdout.writeSync(bytes),
    status,
  });
}

/** Takes away what a program may store without a permission, so that not even an extension can. */
function sealStorage(): void {
  for (const name of ["localStorage", "sessionStorage", "caches"]) {
    Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });
  }
}
