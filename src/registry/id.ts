import { RegistryError } from "./errors.ts";

/**
 * The id of an entry: a namespace and a name, written `namespace:name`. Equal ids are the same object, so they can be
 * compared with `===` and used as keys of a `Map`.
 *
 * @example
 * ```ts
 * Id.parse("app:hello") === Id.of("app", "hello"); // true
 * ```
 */
export class Id {
  static readonly #known = new Map<string, WeakRef<Id>>();
  static readonly #forgotten = new FinalizationRegistry<string>((text) => {
    if (Id.#known.get(text)?.deref() === undefined) Id.#known.delete(text);
  });

  /** `namespace:name`, always with the colon. */
  readonly text: string;
  /** A 32-bit hash of the text. */
  readonly hash: number;
  readonly #namespaceKey: string;
  readonly #nameKey: string;

  private constructor(readonly namespace: string, readonly name: string, text: string) {
    this.text = text;
    this.hash = hash(text);
    this.#namespaceKey = sortKey(namespace);
    this.#nameKey = sortKey(name);
  }

  /**
   * Parses an id: everything before the first colon is the namespace, the rest the name. A string without a colon is a
   * name in the empty namespace.
   *
   * @throws {RegistryError} `invalid`, if the string is not well-formed Unicode, which stores cannot keep.
   */
  static parse(text: string): Id {
    const known = Id.#known.get(text)?.deref();
    if (known !== undefined) return known;
    const colon = text.indexOf(":");
    if (colon < 0) return Id.parse(`:${text}`);
    if (!text.isWellFormed()) {
      throw new RegistryError("invalid", `invalid id ${JSON.stringify(text)}: expected well-formed Unicode`);
    }
    const id = new Id(text.slice(0, colon), text.slice(colon + 1), text);
    Id.#known.set(text, new WeakRef(id));
    Id.#forgotten.register(id, text);
    return id;
  }

  /**
   * Returns the id of a name in a namespace.
   *
   * @throws {RegistryError} `invalid`, if the namespace contains a colon, with which its text would mean another id.
   */
  static of(namespace: string, name: string): Id {
    if (namespace.includes(":")) {
      throw new RegistryError("invalid", `invalid namespace ${JSON.stringify(namespace)}: expected no colon`);
    }
    return Id.parse(`${namespace}:${name}`);
  }

  /** Compares ids by namespace, then by name, each by code point. */
  static compare(a: Id, b: Id): number {
    if (a === b) return 0;
    if (a.namespace !== b.namespace) return a.#namespaceKey < b.#namespaceKey ? -1 : 1;
    return a.#nameKey < b.#nameKey ? -1 : 1;
  }

  /** Returns the text of the id. */
  toString(): string {
    return this.text;
  }

  /** Returns the text of the id, for `JSON.stringify`. */
  toJSON(): string {
    return this.text;
  }
}

/** An id in any form that callers use. */
export type IdLike = Id | string | { readonly namespace: string; readonly name: string };

/** Returns an id given in any form. @throws {RegistryError} As `Id.parse` and `Id.of`. */
export function toId(id: IdLike): Id {
  if (id instanceof Id) return id;
  return typeof id === "string" ? Id.parse(id) : Id.of(id.namespace, id.name);
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const SURROGATES_AND_ABOVE = /[\ud800-\uffff]/g;

/**
 * Returns a string that sorts by UTF-16 unit as the given one does by code point: surrogates, which encode the highest
 * code points, trade places with the units above them.
 */
function sortKey(text: string): string {
  return text.replace(SURROGATES_AND_ABOVE, (unit) => {
    const code = unit.charCodeAt(0);
    return String.fromCharCode(code <= 0xdfff ? code + 0x2000 : code - 0x800);
  });
}
