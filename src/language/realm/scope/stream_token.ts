import type { RealmScope } from "./realm_scope.ts";

/** What a snippet sees of a stream: a frozen object that it can pass on or answer, and nothing else. */
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
  // A token leads to its class: nothing there makes one or opens one.
  Reflect.deleteProperty(Stream, "ticketOf");
  Reflect.deleteProperty(Stream.prototype, "constructor");
  Object.freeze(Stream.prototype);
}
