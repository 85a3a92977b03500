import type { Kind } from "../kind/mod.ts";
import { CODECS, EXECUTOR_KINDS } from "../kinds/executor/mod.ts";
import { Realm } from "../language/mod.ts";
import { ThreadStatus } from "../protocol/mod.ts";
import { Executor } from "./executor.ts";
import { lockDownGlobal, takeClock, takeLock } from "./lockdown.ts";

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
  for (const url of data.extensions) kinds.push(...extensionKinds(await import(url)));
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

/** Returns the kinds of an extension: its default export, a kind or a list of kinds. */
export function extensionKinds(module: { default?: Kind | readonly Kind[] }): Kind[] {
  const kinds = module.default;
  return kinds === undefined ? [] : Array.isArray(kinds) ? [...kinds] : [kinds as Kind];
}
