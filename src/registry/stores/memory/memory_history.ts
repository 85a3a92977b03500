// deno-lint-ignore-file require-await -- an error thrown by these methods must reject
import type { Baseline, Changeset, Draft, Head, History, Pruned, Signature } from "../../history.ts";
import type { Operation } from "../../operation.ts";
import { State } from "../../state/state.ts";
import { beginsHistory, unknownVersion, type Version, VersionTree } from "../../version.ts";
import { planPrune } from "../prune.ts";
import { VolatileHistory } from "./volatile_history.ts";

/** A history that lasts as long as the object. Several registries of one process may share it. */
export class MemoryHistory extends VolatileHistory implements History {
  readonly #changesets = new Map<number, Changeset>();
  #baseline: Baseline = { version: 0, entries: [] };
  #lastId = 0;

  constructor() {
    super();
    this.#changesets.set(0, { version: { id: 0, time: new Date(), operations: 0 }, operations: [] });
  }

  async versions(): Promise<Version[]> {
    this.check();
    return this.#versions();
  }

  async get(id: number): Promise<Changeset | undefined> {
    this.check();
    return this.#changesets.get(id);
  }

  async changesets(ids: readonly number[]): Promise<(readonly Operation[])[]> {
    this.check();
    return ids.map((id) => {
      const { operations } = this.#changeset(id);
      if (id === this.#baseline.version) throw beginsHistory(id);
      return operations;
    });
  }

  async baseline(): Promise<Baseline> {
    this.check();
    return this.#baseline;
  }

  async save({ base, operations, ...signature }: Draft): Promise<Version> {
    this.expect(base);
    const version = {
      id: ++this.#lastId,
      parent: base,
      time: new Date(),
      ...signature,
      operations: operations.length,
    };
    this.#changesets.set(version.id, { version, operations: [...operations] });
    this.move(version.id, version.time, signature);
    return version;
  }

  async setHead(version: number, expected: number, signature: Signature = {}): Promise<Head> {
    this.expect(expected);
    this.#changeset(version);
    return this.move(version, new Date(), signature);
  }

  async prune(before: Date | number): Promise<Pruned> {
    this.check();
    const plan = planPrune(this.#versions(), this.headLog.head.version, before);
    const { down } = new VersionTree(this.#versions()).route(this.#baseline.version, plan.root);
    const state = down.reduce(
      (state, { id }) => state.apply(this.#changeset(id).operations),
      State.of(this.#baseline.entries),
    );
    this.#baseline = { version: plan.root, entries: state.entries() };
    for (const id of plan.removed) this.#changesets.delete(id);
    const { parent: _, ...root } = this.#changeset(plan.root).version;
    this.#changesets.set(plan.root, { version: { ...root, operations: 0 }, operations: [] });
    this.headLog.forget(new Set(plan.removed));
    return plan;
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
