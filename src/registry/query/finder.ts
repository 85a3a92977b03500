import { LRUCache } from "lru-cache";
import type { Entry } from "../entry.ts";
import type { State } from "../state/state.ts";
import { type Criteria, keyOf, parseQuery, Query } from "./query.ts";

/** A query, however a caller has it: made, as criteria, or as a command line has them. */
export type QueryLike = Query | Criteria | readonly string[];

/** How many queries a finder remembers. */
export const QUERY_CACHE_SIZE = 1000;

/** Finds entries, and remembers what it found for as long as the state is the same. */
export class Finder {
  readonly #found: LRUCache<string, readonly Entry[]>;
  #state: State | undefined;

  /** @param capacity How many queries are remembered; at least one. */
  constructor(capacity: number = QUERY_CACHE_SIZE) {
    this.#found = new LRUCache({ max: Math.max(1, capacity) });
  }

  /**
   * The entries that meet every criterion, in the state's order; all, if there is none. The list is shared.
   *
   * @throws {RegistryError} `invalid`, naming the criterion that is wrong.
   */
  find(state: State, query: QueryLike): readonly Entry[] {
    if (this.#state !== state) {
      this.#found.clear();
      this.#state = state;
    }
    const known = isCriteria(query) ? undefined : query instanceof Query ? query : parseQuery(query);
    const key = known?.key ?? keyOf(query as Criteria);
    let found = this.#found.get(key);
    if (found === undefined) {
      const ready = known ?? new Query(Object.entries(query as Criteria));
      found = Object.freeze(state.filter((entry) => ready.matches(entry)));
      this.#found.set(key, found);
    }
    return found;
  }
}

function isCriteria(query: QueryLike): query is Criteria {
  return !(query instanceof Query) && !Array.isArray(query);
}
