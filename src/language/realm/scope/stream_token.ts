import type { RealmScope } from "./realm_scope.ts";

/** Creates tokens, which stand for streams: frozen objects that a snippet can only pass on and return. */
export function streamToken(scope: RealmScope): void {
  class Stream {
    #call: number;
    #ticket: number;

    constructor(call: number, ticket: number) {
      this.#call = call;
      this.#ticket = ticket;
    }

    static ticketOf(value: object, call: number): number | undefined {
      if (!(#call in value)) return undefined;
      return value.#call === call ? value.#ticket : -1;
    }
  }

  const ticketOf = Stream.ticketOf;
  scope.streamToken = (call, ticket) => Object.freeze(new Stream(call, ticket));
  scope.ticketOfToken = ticketOf;
  // A snippet can reach the class through a token, so nothing on it may create or open one.
  Reflect.deleteProperty(Stream, "ticketOf");
  Reflect.deleteProperty(Stream.prototype, "constructor");
  Object.freeze(Stream.prototype);
}
