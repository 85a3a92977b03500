/** Signals closer than this are one, in milliseconds: a terminal's Ctrl-C may reach a program by two ways. */
const SAME = 500;

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];

/** The signals that ask the program to stop. */
export interface StopSignal {
  /** Settles with the first one. */
  first: Promise<void>;
  /** Settles with the next one that is not the same. */
  second: Promise<void>;
}

/** Listens for SIGINT and SIGTERM from now on. */
export function stopSignal(): StopSignal {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let since: number | undefined;
  const heard = () => {
    const now = performance.now();
    if (since === undefined) {
      since = now;
      first.resolve();
    } else if (now - since > SAME) second.resolve();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, heard);
  return { first: first.promise, second: second.promise };
}
