import type { RealmScope } from "./realm_scope.ts";

/** Has the stack of an error show frames of snippets, and of built-ins that they call: no frame of the engine. */
export function stackTrace(_: RealmScope): void {
  const SNIPPET = "snippet"; // as in `stack.ts`
  const EXPORTED = /^(async )?\$\w*\.d \(/; // see `rewriteModule`
  const { toString } = Error.prototype;

  /** What V8 gives for each frame, as far as it is used here. */
  interface CallSite {
    getFileName(): string | null | undefined;
    toString(): string;
  }

  const { value } = {
    value(error: unknown, sites: readonly CallSite[]): string {
      let text = "Error";
      try {
        text = Reflect.apply(toString, error, []);
      } catch {
        // The name or the message cannot be read.
      }
      let last = -1;
      for (let i = 0; i < sites.length; i++) if (sites[i]!.getFileName() === SNIPPET) last = i;
      for (let i = 0; i <= last; i++) {
        const file = sites[i]!.getFileName();
        if (file !== SNIPPET && file !== null && file !== undefined) continue;
        text += `\n    at ${String(sites[i]).replace(EXPORTED, "$1default (")}`;
      }
      return text;
    },
  };
  Object.defineProperty(Error, "prepareStackTrace", { value, writable: false, configurable: false });
}
