import { parentPort } from "node:worker_threads";
import { kindsOf } from "../kind/engine/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { CODECS, EXECUTOR_KINDS } from "../kinds/executor/mod.ts";
import { Realm } from "../language/mod.ts";
import { type StartFailure, takeLock, ThreadStatus } from "../protocol/mod.ts";
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
export async function start(data: ExecutorData): Promise<void> {
  // an unhandled rejection in user code would end the thread; its reason is not touched
  addEventListener("unhandledrejection", (event) => event.preventDefault());
  await takeLock(data.lock);
  const kinds = [...EXECUTOR_KINDS];
  for (const url of data.extensions) kinds.push(...await load(url));
  const clock = takeClock();
  const realm = new Realm();
  lockDownGlobal();
  new Executor({
    port: data.port,
    status: new ThreadStatus(data.status),
    realm,
    kinds,
    codecs: CODECS,
    clock,
    unguarded: data.unguarded,
  });
  data.port.postMessage([0]);
}

/** Loads the kinds of an extension. One that cannot be loaded is reported to the warden, which ends the thread. */
async function load(url: string): Promise<Kind[]> {
  try {
    return [...kindsOf(await import(url)).kinds];
  } catch (thrown) {
    const failed = `extension ${url} cannot be loaded on an executor: ${asError(thrown).message}`;
    parentPort!.postMessage({ failed } satisfies StartFailure);
    return await new Promise(() => {});
  }
}
