import { parseCode, StripperTrap } from "../language/parser/mod.ts";
import { takeLock, ThreadStatus } from "../protocol/mod.ts";
import { asError } from "../value/mod.ts";
import { type CompileAnswer, type CompileRequest, parseLimit } from "./compile_request.ts";

/** The worker data that the warden starts a compile thread with. */
export interface CompileThreadData {
  /** Leads to the host. */
  port: MessagePort;
  /** The memory of its `ThreadStatus`. */
  status: SharedArrayBuffer;
  /** The name of the Web Lock that it takes. */
  lock: string;
}

/** The interval at which the thread reports that it is alive, in milliseconds. */
const BEAT = 100;

/** Serves requests: parses code, one piece after another. Runs none of it. */
export async function serve({ port, status: memory, lock }: CompileThreadData): Promise<void> {
  await takeLock(lock);
  const status = new ThreadStatus(memory);
  const answer = (message: CompileAnswer) => port.postMessage(message);
  setInterval(() => status.beat(), BEAT);
  const parseAll = (requests: readonly CompileRequest[]) => {
    for (const { request, language, code } of requests) {
      status.beat();
      status.enter(0, request, parseLimit(code));
      const result = parsed(request, language, code);
      status.leave();
      answer(result);
      if ("spent" in result) return;
    }
  };
  // a thread that runs out of memory in the handler of a message would hang instead of ending
  port.onmessage = ({ data }: MessageEvent<readonly CompileRequest[]>) => void setImmediate(() => parseAll(data));
  answer({ ready: true });
}

function parsed(request: number, language: string, code: string): CompileAnswer {
  try {
    return { request, parsed: parseCode(language, code) };
  } catch (thrown) {
    if (!(thrown instanceof StripperTrap)) return { request, failed: asError(thrown).message };
    return { request, parsed: { diagnostics: [{ message: "the code is nested too deeply" }] }, spent: true };
  }
}
