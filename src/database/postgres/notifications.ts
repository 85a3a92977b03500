import type { PostgresLane } from "./postgres_lane.ts";

/** How long to wait before the connection is tried again, in milliseconds: at first, and at most. */
const FIRST = 100;
const LONGEST = 10_000;

/** What the server tells those who listen, on a connection of its own, which is there while somebody listens. */
export class Notifications {
  readonly #open: (closed: () => void, notified: (channel: string) => void) => Promise<PostgresLane>;
  readonly #channels = new Map<string, Set<() => void>>();
  #lane: PostgresLane | undefined;
  #connecting: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST;
  #isClosed = false;

  /** @param open Makes a connection. */
  constructor(open: (closed: () => void, notified: (channel: string) => void) => Promise<PostgresLane>) {
    this.#open = open;
  }

  /** Calls back when a channel is notified, or may have been while there was no connection. @returns Ends that. */
  async listen(channel: string, heard: () => void): Promise<() => Promise<void>> {
    const listeners = this.#channels.get(channel) ?? new Set();
    listeners.add(heard);
    if (!this.#channels.has(channel)) {
      this.#channels.set(channel, listeners);
      if (this.#lane === undefined) await (this.#connecting ??= this.#connect());
      else await this.#lane.run(`LISTEN ${quoted(channel)}`, []).rows.catch(() => {});
    }
    return async () => {
      listeners.delete(heard);
      if (listeners.size > 0 || this.#channels.get(channel) !== listeners) return;
      this.#channels.delete(channel);
      if (this.#channels.size === 0) await this.#leave();
      else await this.#lane?.run(`UNLISTEN ${quoted(channel)}`, []).rows.catch(() => {});
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#channels.clear();
    await this.#leave();
  }

  async #leave(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#connecting;
    clearTimeout(this.#timer);
    const lane = this.#lane;
    this.#lane = undefined;
    await lane?.close();
  }

  async #connect(): Promise<void> {
    let lane: PostgresLane | undefined;
    const lost = () => {
      if (lane === undefined || this.#lane !== lane) return;
      this.#lane = undefined;
      this.#later();
    };
    try {
      lane = await this.#open(lost, (channel) => this.#tell(channel));
      for (const channel of [...this.#channels.keys()]) await lane.run(`LISTEN ${quoted(channel)}`, []).rows;
      this.#lane = lane;
      this.#wait = FIRST;
      // something may have been told before
      for (const channel of [...this.#channels.keys()]) this.#tell(channel);
    } catch {
      await lane?.close();
      this.#later();
    }
    this.#connecting = undefined;
  }

  #later(): void {
    if (this.#isClosed || this.#channels.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void (this.#connecting ??= this.#connect()), this.#wait);
    this.#wait = Math.min(LONGEST, this.#wait * 2);
  }

  #tell(channel: string): void {
    for (const heard of [...this.#channels.get(channel) ?? []]) heard();
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
