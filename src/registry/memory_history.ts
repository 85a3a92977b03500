// deno-lint-ignore-file require-await -- what throws in a method of a history has to reject
import { AnnouncementBoard } from "./announcements.ts";
import { Bell } from "./bell.ts";
import { ConflictError, RegistryError } from "./errors.ts";
import type { Value } from "../value/mod.ts";
import type {
  Announcement,
  Baseline,
  Changeset,
  Draft,
  Head,
  HeardAnnouncement,
  History,
  Move,
  Pruned,
  Signature,
} from "./history.ts";
import { MoveLog } from "./move_log.ts";
import type { Operation } from "./operation.ts";
import { planPrune } from "./prune.ts";
import { storable } from "./storable.ts";
import { State } from "./state.ts";
import { beginsHistory, unknownVersion, type Version, VersionTree } from "./version.ts";
import { watchMoves } from "./watch.ts";

/** A history that lasts as long as the object. Several registries of one process may share it. */
export class MemoryHistory implements History {
  readonly #changesets = new Map<number, Changeset>();
  readonly #moves = new MoveLog();
  readonly #board = new AnnouncementBoard();
  readonly #notes = new Map<string, Value>();
  readonly #bell = new Bell();
  #baseline: Baseline = { version: 0, entries: [] };
  #lastId = 0;
  #closed = false;

  constructor() {
    this.#changesets.set(0, { version: { id: 0, time: new Date(), operations: 0 }, operations: [] });
  }

  async head(): Promise<Head> {
    this.#check();
    return this.#moves.head;
  }

  async versions(): Promise<Version[]> {
    this.#check();
    return this.#versions();
  }

  async get(id: number): Promise<Changeset | undefined> {
    this.#check();
    return this.#changesets.get(id);
  }

  async changesets(ids: readonly number[]): Promise<(readonly Operation[])[]> {
    this.#check();
    return ids.map((id) => {
      const { operations } = this.#changeset(id);
      if (id === this.#baseline.version) throw beginsHistory(id);
      return operations;
    });
  }

  async baseline(): Promise<Baseline> {
    this.#check();
    return this.#baseline;
  }

  async save({ base, operations, ...signature }: Draft): Promise<Version> {
    this.#expect(base);
    const version = {
      id: ++this.#lastId,
      parent: base,
      time: new Date(),
      ...signature,
      operations: operations.length,
    };
    this.#changesets.set(version.id, { version, operations: [...operations] });
    this.#moves.add(version.id, version.time, signature);
    this.#bell.ring();
    return version;
  }

  async setHead(version: number, expected: number, signature: Signature = {}): Promise<Head> {
    this.#expect(expected);
    this.#changeset(version);
    const head = this.#moves.add(version, new Date(), signature);
    this.#bell.ring();
    return head;
  }

  async moves(since: number): Promise<Move[]> {
    this.#check();
    return this.#moves.since(since);
  }

  watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move> {
    return watchMoves((since) => this.moves(since), this.#bell, since, signal);
  }

  async announce(announcement: Announcement): Promise<void> {
    this.#check();
    this.#board.announce(announcement);
  }

  async announcements(): Promise<HeardAnnouncement[]> {
    this.#check();
    return this.#board.list();
  }

  async withdraw(id: string): Promise<void> {
    this.#check();
    this.#board.withdraw(id);
  }

  async note(key: string): Promise<Value | undefined> {
    this.#check();
    return this.#notes.get(key);
  }

  async setNote(key: string, value: Value): Promise<void> {
    this.#check();
    this.#notes.set(key, storable(value, `the note ${key}`));
  }

  async prune(before: Date | number): Promise<Pruned> {
    this.#check();
    const plan = planPrune(this.#versions(), this.#moves.head.version, before);
    const { down } = new VersionTree(this.#versions()).route(this.#baseline.version, plan.root);
    const state = down.reduce(
      (state, { id }) => state.apply(this.#changeset(id).operations),
      State.of(this.#baseline.entries),
    );
    this.#baseline = { version: plan.root, entries: state.entries() };
    for (const id of plan.removed) this.#changesets.delete(id);
    const { parent: _, ...root } = this.#changeset(plan.root).version;
    this.#changesets.set(plan.root, { version: { ...root, operations: 0 }, operations: [] });
    this.#moves.forget(new Set(plan.removed));
    return plan;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#bell.close();
  }

  #check(): void {
    if (this.#closed) throw new RegistryError("unavailable", "the history is closed");
  }

  #expect(head: number): void {
    this.#check();
    const actual = this.#moves.head.version;
    if (head !== actual) throw new ConflictError(head, actual);
  }

  #versions(): Version[] {
    return [...this.#changesets.values()].map(({ version }) => version).sort((a, b) => a.id - b.id);
  }

  #changeset(id: number): Changeset {
    const changeset = this.#changesets.get(id);
    if (changeset === undefined) throw unknownVersion(id);
    return changeset;
  }
}
