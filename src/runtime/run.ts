import type { Flow, Outcome, OutPort, Packet, Process } from "../flow/mod.ts";
import type { RunOptions } from "../kind/mod.ts";
import { type Answer, asError, failure, isError, NONE, type Value } from "../value/mod.ts";
import type { Processes } from "./processes.ts";

/** What running a workflow needs of the runtime. */
export interface RunServices {
  flow: Flow;
  processes: Pick<Processes, "open" | "isDraining">;
  /** Logs the error that a process failed with. */
  failed(process: Process, error: Error): void;
}

/** Runs the workflow behind an out port in a process of its own; see `HostContext.run`. */
export async function run(
  { flow, processes, failed }: RunServices,
  port: OutPort,
  payload: Value,
  { timeout, signal }: RunOptions = {},
): Promise<Answer> {
  if (processes.isDraining) return failure("the engine finishes what it has begun", { code: "busy" });
  const process = processes.open(timeout);
  if (process === undefined) return failure("too many processes are open", { code: "busy" });
  const abort = () => flow.abort(process, asError(signal!.reason));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const answer = await new Promise<Answer>((resolve) => {
    const answered = (_: Packet, outcome: Outcome) => resolve(outcome as Answer);
    if (process.status !== "running") resolve(process.error ?? NONE);
    else if (!flow.emit(process, port, payload, { answered })) resolve(NONE);
  });
  flow.close(process, isError(answer) ? answer : undefined);
  await process.ended;
  signal?.removeEventListener("abort", abort);
  if (process.error === undefined) return answer;
  // an exit hook may have failed, such as the commit of a transaction
  failed(process, process.error);
  return process.error;
}
