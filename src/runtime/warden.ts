import { type ExecutorWarden, type Isolation, ProcessWarden, WardenLink } from "../pool/mod.ts";
import type { Extensions } from "./extensions.ts";

/** Returns a warden of executors that are threads (the default), or programs. */
export function wardenOf(
  { isolation }: { readonly isolation?: Isolation },
  { readable }: Pick<Extensions, "readable">,
): ExecutorWarden {
  return isolation === "process" ? new ProcessWarden(readable) : new WardenLink(readable);
}
