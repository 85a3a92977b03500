import type { Entry } from "../entry.ts";
import type { IdLike } from "../id.ts";
import { Finder, type QueryLike } from "../query/finder.ts";
import type { State } from "./state.ts";

/** The entries of one version, unaffected by later changes of the registry. */
export class Snapshot {
  #finder: Finder | undefined;

  /** Makes a snapshot of a state. */
  constructor(readonly version: number, readonly state: State) {}

  /** Returns the entry of an id; undefined if it does not exist. */
  get(id: IdLike): Entry | undefined {
    return this.state.get(id);
  }

  /** Returns all entries, ordered by namespace and name. */
  entries(): readonly Entry[] {
    return this.state.entries();
  }

  /** Returns the entries of a namespace, ordered by name. */
  namespace(namespace: string): Entry[] {
    return this.state.namespace(namespace);
  }

  /** Returns the entries that meet every criterion. @throws {RegistryError} `invalid`, naming the criterion that is wrong. */
  find(query: QueryLike): readonly Entry[] {
    return (this.#finder ??= new Finder()).find(this.state, query);
  }
}
