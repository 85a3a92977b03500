import type { Kind } from "../kind/mod.ts";
import { CODECS, EXECUTOR_KINDS } from "../kinds/executor/mod.ts";
import { Realm } from "../language/mod.ts";
import { ThreadStatus } from "../protocol/mod.ts";
import { Executor } from "./executor.ts";
import { lockDownGlobal, takeClock, takeLock } from "./lockdown.ts";

/** What the warden gives an executor to begin with. */
export interface ExecutorData {
  /** To the host. */
  port: MessagePort;
  /** Memory of its `ThreadStatus`. */
  status: SharedArrayBuffer;
  /** Name of the Web Lock that it has to hold. */
  lock: string;
  /** Modules of kinds that were added to the built-in ones. */
  extensions: readonly string[];
  /** See `ExecutorOptions`. */
  unguarded: boolean;
}

/** Begins to serve. Nothing of a user's has run on the thread before this returns, but for the extensions' top levels. */
export async function start(data: ExecutorData): Promise<void> {
  // a loose rejection in user code would end the thread; nothing of the reason is touched
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

/** The kinds that a module adds: its default export, one or a list. */
export function extensionKinds(module: { default?: Kind | readonly Kind[] }): Kind[] {
  const kinds = module.default;
  return kinds === undefined ? [] : Array.isArray(kinds) ? [...kinds] : [kinds as Kind];
}
