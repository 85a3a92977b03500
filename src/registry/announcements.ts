import { type Announcement, ANNOUNCEMENT_LIFE, type HeardAnnouncement } from "./history.ts";
import { storable } from "./storable.ts";

/** What was announced, kept in memory. */
export class AnnouncementBoard {
  readonly #byId = new Map<string, Announcement>();

  announce({ id, time, data }: Announcement): void {
    this.#byId.set(id, { id, time: new Date(time), data: storable(data, `the announcement of ${id}`) });
    const now = Date.now();
    for (const other of this.#byId.values()) {
      if (now - other.time.getTime() > ANNOUNCEMENT_LIFE) this.#byId.delete(other.id);
    }
  }

  list(): HeardAnnouncement[] {
    return heard(this.#byId.values());
  }

  withdraw(id: string): void {
    this.#byId.delete(id);
  }
}

/** Announcements with their age, ordered by id. */
export function heard(announcements: Iterable<Announcement>): HeardAnnouncement[] {
  const now = Date.now();
  return Array.from(announcements, (one) => ({ ...one, age: Math.max(0, now - one.time.getTime()) }))
    .sort((a, b) => a.id < b.id ? -1 : 1);
}
