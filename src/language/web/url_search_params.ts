import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Defines `URLSearchParams`. */
export function urlSearchParams(scope: RealmScope): void {
  type Pair = [name: string, value: string];
  let refill: (params: URLSearchParams, list: Pair[]) => void;
  let listen: (params: URLSearchParams, changed: (text: string) => void) => void;

  class Params {
    #list: Pair[];
    #changed: ((text: string) => void) | undefined;

    static {
      refill = (params, list) => {
        (params as unknown as Params).#list = list;
      };
      listen = (params, changed) => {
        (params as unknown as Params).#changed = changed;
      };
    }

    constructor(init: unknown = "") {
      this.#list = pairsOf(init);
    }

    get size(): number {
      return this.#list.length;
    }

    append(name: unknown, value: unknown): void {
      this.#list.push([wellFormed(name), wellFormed(value)]);
      this.#report();
    }

    delete(name: unknown, value?: unknown): void {
      this.#list = this.#list.filter(([key, held]) =>
        key !== wellFormed(name) || (value !== undefined && held !== wellFormed(value))
      );
      this.#report();
    }

    get(name: unknown): string | null {
      return this.#list.find(([key]) => key === wellFormed(name))?.[1] ?? null;
    }

    getAll(name: unknown): string[] {
      return this.#list.filter(([key]) => key === wellFormed(name)).map(([, value]) => value);
    }

    has(name: unknown, value?: unknown): boolean {
      return this.#list.some(([key, held]) =>
        key === wellFormed(name) && (value === undefined || held === wellFormed(value))
      );
    }

    set(name: unknown, value: unknown): void {
      const key = wellFormed(name);
      const at = this.#list.findIndex(([other]) => other === key);
      if (at < 0) this.#list.push([key, wellFormed(value)]);
      else {
        this.#list[at]![1] = wellFormed(value);
        this.#list = this.#list.filter(([other], i) => i <= at || other !== key);
      }
      this.#report();
    }

    sort(): void {
      this.#list = this.#list.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
      this.#report();
    }

    forEach(callback: (value: string, name: string, params: Params) => void, thisArg?: unknown): void {
      for (const [name, value] of this) Reflect.apply(callback, thisArg, [value, name, this]);
    }

    *entries(): Generator<Pair> {
      for (let i = 0; i < this.#list.length; i++) yield [...this.#list[i]!];
    }

    *keys(): Generator<string> {
      for (let i = 0; i < this.#list.length; i++) yield this.#list[i]![0];
    }

    *values(): Generator<string> {
      for (let i = 0; i < this.#list.length; i++) yield this.#list[i]![1];
    }

    [Symbol.iterator](): Generator<Pair> {
      return this.entries();
    }

    toString(): string {
      return scope.writeForm(this.#list);
    }

    get [Symbol.toStringTag](): string {
      return "URLSearchParams";
    }

    #report(): void {
      this.#changed?.(this.toString());
    }
  }

  function wellFormed(value: unknown): string {
    return String(value).toWellFormed();
  }

  function pairsOf(init: unknown): Pair[] {
    if (typeof init !== "object" || init === null) {
      return scope.parseForm(String(init).replace(/^\?/, ""));
    }
    if (Symbol.iterator in init) {
      return Array.from(init as Iterable<Iterable<unknown>>, (entry) => {
        const pair = [...entry];
        if (pair.length !== 2) {
          throw new TypeError(`URLSearchParams: expected pairs of name and value, got ${pair.length} items`);
        }
        return [wellFormed(pair[0]), wellFormed(pair[1])];
      });
    }
    return Object.entries(init).map(([name, value]) => [wellFormed(name), wellFormed(value)]);
  }

  scope.searchParams = (list, changed) => {
    const params = new Params() as unknown as URLSearchParams;
    refill(params, list);
    listen(params, changed);
    return params;
  };
  scope.refillSearchParams = (params, list) => refill(params, list);
  Object.defineProperty(Params, "name", { value: "URLSearchParams" });
  scope.expose("URLSearchParams", Params);
}
