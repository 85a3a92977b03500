import { toStorable } from "../storage/mod.ts";
import { equal, isMap, kindOf, type Value, type ValueMap } from "../value/mod.ts";
import { RegistryError, withRegistryErrors } from "./errors.ts";
import { type Id, type IdLike, toId } from "./id.ts";

/** An entry as a caller passes it. */
export interface EntryInput {
  /** The id, or what makes one: `namespace:name`. */
  readonly id: IdLike;
  /** Any string that is not blank, by convention with dots: `function.js`. */
  readonly kind: string;
  /** Default empty. */
  readonly meta?: ValueMap;
  /** Default null. */
  readonly data?: Value;
  /** Where it comes from, such as a file and a line. */
  readonly origin?: Value;
}

/** An entry of the registry. It and everything in it is immutable. */
export class Entry {
  // Keeps objects of the same shape, whose parts were not checked, from being taken for entries.
  declare private readonly brand: never;
  /** Where it comes from. It is stored but not compared: a different origin alone is not a change. */
  declare readonly origin?: Value;

  private constructor(
    readonly id: Id,
    /** What handlers are chosen by. An update cannot change it. */
    readonly kind: string,
    readonly meta: ValueMap,
    readonly data: Value,
    origin: Value | undefined,
  ) {
    if (origin !== undefined) this.origin = origin;
  }

  /**
   * Creates an entry from a copy of its parts. An entry is returned as it is.
   *
   * @throws {RegistryError} `invalid`, if the kind is blank, `meta` is not a map, or a part cannot be stored.
   */
  static of(input: EntryInput): Entry {
    if (input instanceof Entry) return input;
    const id = toId(input.id);
    if (typeof input.kind !== "string" || input.kind.trim() === "") {
      throw new RegistryError(
        "invalid",
        `${id}: invalid kind ${JSON.stringify(input.kind)}: expected a string that is not blank`,
      );
    }
    const meta = input.meta ?? {};
    if (!isMap(meta)) throw new RegistryError("invalid", `${id}: invalid meta: expected a map, got ${kindOf(meta)}`);
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

  /** Creates an entry from parts that a store has just read: they are storable, and not copied. */
  static read(id: Id, kind: string, meta: ValueMap, data: Value, origin: Value | undefined): Entry {
    return new Entry(id, kind, meta, data, origin);
  }
}

/** Reports whether two entries of the same id have equal kind, meta and data. */
export function sameEntry(a: Entry, b: Entry): boolean {
  return a === b || (a.kind === b.kind && equal(a.meta, b.meta) && equal(a.data, b.data));
}
