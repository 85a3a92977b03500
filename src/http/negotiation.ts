import negotiator from "negotiator";

/** The part of the package that is used here; it has no types of its own. */
interface Negotiator {
  mediaTypes(available: readonly string[]): string[];
}
const Negotiator = negotiator as new (request: { headers: { accept: string } }) => Negotiator;

const MAX_CACHED = 256;
const MAX_CACHED_LENGTH = 512;

/** Chooses the media type in which to send a value. */
export class Negotiation {
  readonly #offers: readonly string[];
  // Clients send the same few headers over and over, and parsing one takes 7 µs.
  readonly #chosen = new Map<string, string>();

  /** @param offers The native type of the value first, then those it can be converted to. */
  constructor(...offers: [string, ...string[]]) {
    this.#offers = offers;
  }

  /**
   * Returns the native type if the client accepts it at all, otherwise the offered type that the client prefers, or the
   * native type if the client accepts none.
   *
   * @param accept The `Accept` header.
   */
  choose(accept: string | undefined): string {
    const native = this.#offers[0]!;
    if (accept === undefined || accept === "*/*" || this.#offers.length === 1) return native;
    let chosen = this.#chosen.get(accept);
    if (chosen === undefined) {
      chosen = this.#negotiate(native, accept);
      if (this.#chosen.size >= MAX_CACHED) this.#chosen.clear();
      if (accept.length <= MAX_CACHED_LENGTH) this.#chosen.set(accept, chosen);
    }
    return chosen;
  }

  #negotiate(native: string, accept: string): string {
    const accepted = new Negotiator({ headers: { accept } }).mediaTypes(this.#offers);
    return accepted.includes(native) ? native : accepted[0] ?? native;
  }
}
