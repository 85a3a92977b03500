import type { Entry } from "../entry.ts";
import type { IdLike } from "../id.ts";
import { Finder, type QueryLike } from "../query/finder.ts";
import type { State } from "./state.ts";

/** The entries of one version, which stay as they are whatever becomes of the registry. */
export class Snapshot {
  #finder: Finder | undefined;

  constructor(readonly version: number, readonly state: State) {}

  /** The entry of an id, if it is there. */
  get(id: IdLike): Entry | undefined {
    return this.state.get(id);
  }

  /** Every entry, ordered by namespace and name. */
  entries(): readonly Entry[] {
    return this.state.entries();
  }

  /** The entries of a namespace, by name. */
  namespace(namespace: string): Entry[] {
    return this.state.namespace(namespace);
  }

  /** The entries that meet every criterion. @throws {RegistryError} `invalid`, naming the criterion that is wrong. */
  find(query: QueryLike): readonly Entry[] {
    return (this.#finder ??= new Finder()).find(this.state, query);
  }
}
