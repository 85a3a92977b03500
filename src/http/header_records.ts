/** How many header records are kept, and how long name and value may be together, in characters. */
const KEPT = 100;
const KEPT_LENGTH = 256;

/**
 * Makes the header records of responses with one header. These are few and the same again and again, so the first short
 * ones are kept.
 */
export class HeaderRecords {
  readonly #kept = new Map<string, Record<string, string>>();

  /** How many records are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** Returns the record of a header; it must not be changed. */
  of(name: string, value: string): Record<string, string> {
    const known = this.#kept.get(value);
    if (known !== undefined && Object.hasOwn(known, name)) return known;
    const made = { [name]: value };
    if (this.#kept.size < KEPT && name.length + value.length <= KEPT_LENGTH) this.#kept.set(value, made);
    return made;
  }
}
