import { parentPort } from "node:worker_threads";
import { kindsOf } from "../kind/engine/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { CODECS, EXECUTOR_KINDS } from "../kinds/executor/mod.ts";
import { Realm } from "../language/mod.ts";
import {
  type ExecutorChannel,
  PortExecutorChannel,
  type StartFailure,
  type Status,
  takeLock,
  ThreadStatus,
} from "../protocol/mod.ts";
import { asError } from "../value/mod.ts";
import { Executor } from "./executor.ts";
import { lockDownGlobal, takeClock } from "./lockdown.ts";

/** The worker data that the warden starts an executor with. */
export interface ExecutorData {
  /** Leads to the host. */
  port: MessagePort;
  /** The memory of its `ThreadStatus`. */
  status: SharedArrayBuffer;
  /** The name of the Web Lock that it takes. */
  lock: string;
  /** URLs of modules with additional kinds. */
  extensions: readonly string[];
  /** See `ExecutorOptions`. */
  unguarded: boolean;
}

/** Starts serving. Until this resolves, the only foreign code that has run on the thread is that of the extensions. */
export async function start({ port, status: memory, lock, ...options }: ExecutorData): Promise<void> {
  await takeLock(lock);
  const status = new ThreadStatus(memory);
  const channel = new PortExecutorChannel(port, status.signal);
  await serve({ ...options, channel, status, fail: (failure) => parentPort!.postMessage(failure) });
}

/** What `serve` needs, whether the executor is a thread or a program. */
export interface ServeOptions extends Pick<ExecutorData, "extensions" | "unguarded"> {
  channel: ExecutorChannel;
  status: Status;
  /** Reports why the executor cannot start. It is ended then. */
  fail(failure: StartFailure): void;
}

/** Loads the extensions, locks the global down, and serves the host. */
export async function serve({ channel, status, extensions, unguarded, fail }: ServeOptions): Promise<void> {
  // an unhandled rejection in user code would end the thread; its reason is not touched
  addEventListener("unhandledrejection", (event) => event.preventDefault());
  const kinds = [...EXECUTOR_KINDS];
  for (const url of extensions) kinds.push(...await load(url, fail));
  const clock = takeClock();
  const realm = new Realm();
  lockDownGlobal();
  new Executor({ channel, status, realm, kinds, codecs: CODECS, clock, unguarded });
  channel.post([0]);
}

/** Loads the kinds of an extension. One that cannot be loaded is reported to the warden, which ends the executor. */
async function load(url: string, fail: ServeOptions["fail"]): Promise<Kind[]> {
  try {
    return [...kindsOf(await import(url)).kinds];
  } catch (thrown) {
    fail({ failed: `extension ${url} cannot be loaded on an executor: ${asError(thrown).message}` });
    return await new Promise(() => {});
  }
}
