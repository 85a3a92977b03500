import negotiator from "negotiator";

/** The part of the package that is used; it comes without types. */
interface Negotiator {
  mediaTypes(available: readonly string[]): string[];
}
const Negotiator = negotiator as new (request: { headers: { accept: string } }) => Negotiator;

const MAX_CACHED = 256;
const MAX_CACHED_LENGTH = 512;

/** Chooses among the media types that a value can be sent as. */
export class Negotiation {
  readonly #offers: readonly string[];
  // Clients send the same few headers over and over; parsing one costs 7 µs.
  readonly #chosen = new Map<string, string>();

  /** @param offers The value's own type first, then what it can be turned into. */
  constructor(...offers: [string, ...string[]]) {
    this.#offers = offers;
  }

  /**
   * The type to send: the value's own if the client accepts it at all, else the one that the client likes best; the
   * value's own again if it accepts none.
   *
   * @param accept The `Accept` header.
   */
  choose(accept: string | undefined): string {
    const own = this.#offers[0]!;
    if (accept === undefined || accept === "*/*" || this.#offers.length === 1) return own;
    let chosen = this.#chosen.get(accept);
    if (chosen === undefined) {
      chosen = this.#negotiate(own, accept);
      if (this.#chosen.size >= MAX_CACHED) this.#chosen.clear();
      if (accept.length <= MAX_CACHED_LENGTH) this.#chosen.set(accept, chosen);
    }
    return chosen;
  }

  #negotiate(own: string, accept: string): string {
    const accepted = new Negotiator({ headers: { accept } }).mediaTypes(this.#offers);
    return accepted.includes(own) ? own : accepted[0] ?? own;
  }
}
