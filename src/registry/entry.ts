import { toStorable } from "../storage/mod.ts";
import { equal, isMap, kindOf, type Value, type ValueMap } from "../value/mod.ts";
import { RegistryError, withRegistryErrors } from "./errors.ts";
import { type Id, type IdLike, toId } from "./id.ts";

/** An entry as a caller writes it. */
export interface EntryInput {
  readonly id: IdLike;
  /** Free text, by convention with dots: `function.js`. */
  readonly kind: string;
  /** Default empty. */
  readonly meta?: ValueMap;
  /** Default null. */
  readonly data?: Value;
  /** Where it comes from: a file, a line. */
  readonly origin?: Value;
}

/** What the registry stores. Immutable, with all that it holds. */
export class Entry {
  // So that no look-alike passes for an entry whose parts were checked.
  declare private readonly brand: never;
  /** Where it came from. Carried along, but no part of equality: another origin alone is no change. */
  declare readonly origin?: Value;

  private constructor(
    readonly id: Id,
    /** What it is an entry of. An update cannot change it. */
    readonly kind: string,
    readonly meta: ValueMap,
    readonly data: Value,
    origin: Value | undefined,
  ) {
    if (origin !== undefined) this.origin = origin;
  }

  /**
   * Makes an entry; what is given is copied. An entry is answered as it is.
   *
   * @throws {RegistryError} `invalid`, if the kind is blank, `meta` is no map, or a part of it cannot be stored.
   */
  static of(input: EntryInput): Entry {
    if (input instanceof Entry) return input;
    const id = toId(input.id);
    if (typeof input.kind !== "string" || input.kind.trim() === "") {
      throw new RegistryError(
        "invalid",
        `${id}: a kind is a text that is not blank, got ${JSON.stringify(input.kind)}`,
      );
    }
    const meta = input.meta ?? {};
    if (!isMap(meta)) throw new RegistryError("invalid", `${id}: meta is a map, got ${kindOf(meta)}`);
    return withRegistryErrors(() =>
      new Entry(
        id,
        toStorable(input.kind, `${id}: kind`) as string,
        toStorable(meta, `${id}: meta`) as ValueMap,
        toStorable(input.data ?? null, `${id}: data`),
        input.origin === undefined ? undefined : toStorable(input.origin, `${id}: origin`),
      )
    );
  }

  /** An entry of parts that are known to be storable and that nobody else holds: a store has just read them. */
  static read(id: Id, kind: string, meta: ValueMap, data: Value, origin: Value | undefined): Entry {
    return new Entry(id, kind, meta, data, origin);
  }
}

/** Whether two entries of one id say the same: kind, meta and data. */
export function sameEntry(a: Entry, b: Entry): boolean {
  return a === b || (a.kind === b.kind && equal(a.meta, b.meta) && equal(a.data, b.data));
}
