import type { Meta, Presence } from "../presence/mod.ts";
import type { History } from "../registry/mod.ts";

/** An open store: the versions of a registry, the runtimes that follow them, and values by key. */
export interface Store extends AsyncDisposable {
  /** The versions. */
  readonly history: History;
  /** The runtimes. */
  readonly presence: Presence;
  /** The values by key. */
  readonly meta: Meta;

  /** Closes all three. Watches end, later calls reject. */
  close(): Promise<void>;
}
