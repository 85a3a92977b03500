import { LRUCache } from "lru-cache";
import type { Entry } from "../entry.ts";
import type { State } from "../state/state.ts";
import { type Criteria, keyOf, parseQuery, Query } from "./query.ts";

/** A query in any form that callers use: parsed, as criteria, or as the arguments of a command line. */
export type QueryLike = Query | Criteria | readonly string[];

/** The number of queries whose results a finder caches by default. */
const QUERY_CACHE_SIZE = 1000;

/** Finds entries, and caches the results until the state changes. */
export class Finder {
  readonly #found: LRUCache<string, readonly Entry[]>;
  #state: State | undefined;

  /**
   * Makes a finder.
   *
   * @param capacity The number of queries whose results are cached; at least one.
   */
  constructor(capacity: number = QUERY_CACHE_SIZE) {
    this.#found = new LRUCache({ max: Math.max(1, capacity) });
  }

  /**
   * Returns the entries that meet every criterion, in the order of the state. Callers share the list.
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
      found = Object.freeze(state.filter((entry) => ready.matches(entry), ready.narrowing));
      this.#found.set(key, found);
    }
    return found;
  }
}

function isCriteria(query: QueryLike): query is Criteria {
  return !(query instanceof Query) && !Array.isArray(query);
}
