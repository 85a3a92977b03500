import { isList, kindOf, type Value } from "../../value/mod.ts";

/** One of the clients in rooms. */
export interface Member {
  /** Names it among all. */
  readonly id: string;
}

/** To whom something is sent: everybody, or who is in one of these rooms or has one of these ids. */
export type Audience = readonly string[] | undefined;

/** Which clients are in which rooms. A client is in a room of its own, which has its id. */
export class Rooms<Client extends Member> {
  readonly #clients = new Map<Client, Set<string>>();
  readonly #rooms = new Map<string, Set<Client>>();

  /** How many clients there are. */
  get size(): number {
    return this.#clients.size;
  }

  /** Adds a client. */
  add(client: Client, rooms: readonly string[]): void {
    this.#clients.set(client, new Set());
    this.join(client, [client.id, ...rooms]);
  }

  /** Removes a client from all rooms. */
  delete(client: Client): void {
    for (const room of this.#clients.get(client) ?? []) this.#take(client, room);
    this.#clients.delete(client);
  }

  /** Puts a client into rooms, unless it has left. */
  join(client: Client, rooms: readonly string[]): void {
    const own = this.#clients.get(client);
    if (own === undefined) return;
    for (const room of rooms) {
      own.add(room);
      let clients = this.#rooms.get(room);
      if (clients === undefined) this.#rooms.set(room, clients = new Set());
      clients.add(client);
    }
  }

  /** Takes a client out of rooms, but not out of its own. */
  leave(client: Client, rooms: readonly string[]): void {
    for (const room of rooms) {
      if (room === client.id || !this.#clients.get(client)?.delete(room)) continue;
      this.#take(client, room);
    }
  }

  /** Returns the names of the rooms that a client is in, without its own. */
  roomsOf(client: Client): string[] {
    return [...this.#clients.get(client) ?? []].filter((room) => room !== client.id);
  }

  /** Returns the client with an id. */
  find(id: string): Client | undefined {
    for (const client of this.#rooms.get(id) ?? []) if (client.id === id) return client;
    return undefined;
  }

  /** Returns the clients of an audience, each once. */
  of(audience: Audience): Iterable<Client> {
    if (audience === undefined) return [...this.#clients.keys()];
    const [first, ...others] = audience;
    if (others.length === 0) return [...this.#rooms.get(first ?? "") ?? []];
    return new Set(audience.flatMap((room) => [...this.#rooms.get(room) ?? []]));
  }

  #take(client: Client, room: string): void {
    const clients = this.#rooms.get(room);
    clients?.delete(client);
    if (clients?.size === 0) this.#rooms.delete(room);
  }
}

/** How many rooms one client may be in, and how long their names may be, in characters. */
const MOST_ROOMS = 1_000;
const LONGEST_ROOM = 256;

/**
 * Reads the names of rooms from a payload: a string or a list of them.
 *
 * @param what Names the field in messages.
 * @throws {Error} If they are none.
 */
export function roomsOf(value: Value | undefined, what: string): string[] {
  if (value === undefined || value === null) return [];
  const rooms = isList(value) ? value : [value];
  const wrong = rooms.find((room) => typeof room !== "string" || room === "" || room.length > LONGEST_ROOM);
  if (wrong !== undefined) {
    const shown = typeof wrong === "string" ? `${JSON.stringify(wrong.slice(0, 50))}` : kindOf(wrong);
    throw new Error(`invalid ${what}, ${shown}: expected names of 1 to ${LONGEST_ROOM} characters`);
  }
  if (rooms.length > MOST_ROOMS) throw new Error(`invalid ${what}: expected at most ${MOST_ROOMS} names`);
  return rooms as string[];
}
