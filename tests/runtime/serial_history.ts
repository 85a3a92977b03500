import { assert, assertEquals } from "@std/assert";
import { type History, type Move, type Operation, sameEntry, State, type Version } from "../../src/registry/mod.ts";
import type { Json } from "./system_world.ts";

/** How far the clocks of the store and of a client may be apart, in milliseconds: both are rounded. */
const ROUNDING = 2;

/** A call of a client, from just before its request to just after its answer, in milliseconds of the wall clock. */
export interface Call {
  /** The runtime that it went to; undefined for a change of the store past every runtime. */
  runtime: number | undefined;
  began: number;
  ended: number;
  /** `namespace:name` of the spec that it is about. */
  id: string;
  what:
    /** A field is set to a value that is used once. */
    | { do: "patch"; field: "code" | "annotations"; value: Json }
    | { do: "post" | "apply"; code: string }
    /** Deletes the spec if it is there; `gone` are those that the answer says were deleted. */
    | { do: "delete"; gone: readonly Json[] }
    | { do: "rollback"; version: number }
    /** Reads all specs. */
    | { do: "read"; digest: string }
    /** Calls the route that the spec serves. */
    | { do: "serve"; code: string };
  /** Whether it was answered with 400. */
  refused: boolean;
}

/**
 * The history of a store after a run, by which the calls of its clients are judged: the head log is the order in which
 * their changes happened.
 */
export class SerialHistory {
  readonly #names: readonly string[];
  readonly #moves: readonly Move[];
  readonly #versions = new Map<number, { version: Version; operations: readonly Operation[]; state: State }>();

  private constructor(names: readonly string[], moves: readonly Move[]) {
    this.#names = names;
    this.#moves = moves;
  }

  /**
   * Reads the history of a store.
   *
   * @param names The ids of the specs that clients read and change.
   */
  static async read(history: History, names: readonly string[]): Promise<SerialHistory> {
    const serial = new SerialHistory(names, await history.moves(0));
    const versions = await history.versions();
    const changesets = await history.changesets(versions.slice(1).map(({ id }) => id));
    for (const [index, version] of versions.entries()) {
      const operations = index === 0 ? [] : changesets[index - 1]!;
      const before = index === 0 ? State.empty : serial.#versions.get(version.parent!)!.state;
      serial.#versions.set(version.id, { version, operations, state: before.apply(operations) });
    }
    return serial;
  }

  /** Returns what a client sees of specs, by which it can be compared. */
  static digest(names: readonly string[], get: (id: string) => Json | undefined): string {
    return names.map((id) => {
      const spec = get(id);
      return spec === undefined ? "-" : `${spec.code}/${JSON.stringify(spec.annotations ?? null)}`;
    }).join(" ");
  }

  /**
   * Checks that calls happened one after another: that every change that was answered is in the history once and made of
   * what was there just before it, and that every answer fits a state from its client's last change to its own end.
   *
   * @param from The version with which the run began.
   */
  check(calls: readonly Call[], from: number): void {
    this.#checkMoves();
    const sequences = this.#checkChanges(calls.filter(({ refused }) => !refused), from);
    const windows = new Windows(this.#moves);
    for (const call of calls.toSorted((a, b) => a.began - b.began)) {
      const sequence = sequences.get(call);
      if (sequence !== undefined) windows.saw(call, sequence);
    }
    for (const call of calls.toSorted((a, b) => a.began - b.began)) this.#checkAnswer(call, windows);
  }

  /** Checks that head moved from where it was: no version was made from another than the last one. */
  #checkMoves(): void {
    let head = 0;
    const seen = new Set<number>();
    for (const { version, previous, sequence } of this.#moves) {
      assertEquals(previous, head, `move ${sequence}`);
      if (!seen.has(version)) assertEquals(this.#versions.get(version)!.version.parent, head, `version ${version}`);
      seen.add(version);
      head = version;
    }
  }

  /** Checks the versions and the calls that made them against each other. Returns the sequence numbers of calls. */
  #checkChanges(calls: readonly Call[], from: number): Map<Call, number> {
    const sequences = new Map<Call, number>();
    const made = new Map<string, Call>();
    const deletes = calls.filter(({ what }) => what.do === "delete" && what.gone.length > 0);
    const rollbacks = calls.filter(({ what }) => what.do === "rollback");
    for (const call of calls) {
      const { what } = call;
      if (what.do === "patch") made.set(`${call.id} ${what.field} ${JSON.stringify(what.value)}`, call);
      else if (what.do === "post" || what.do === "apply") {
        made.set(`${call.id} code ${JSON.stringify(what.code)}`, call);
      }
    }
    const seen = new Set<number>();
    for (const { version: id, sequence, time } of this.#moves) {
      const isNew = !seen.has(id);
      seen.add(id);
      if (id <= from && isNew) continue;
      const at = time.getTime();
      let call: Call | undefined;
      if (!isNew) {
        call = take(rollbacks, at, ({ what }) => what.do === "rollback" && what.version === id);
      } else {
        const { operations, version } = this.#versions.get(id)!;
        assertEquals(operations.length, 1, `version ${id}`);
        const [operation] = operations;
        const before = this.#versions.get(version.parent!)!.state.get(operation!.id);
        if (operation!.kind === "delete") {
          assert(sameEntry(operation!.original, before!), `version ${id} deletes what was there`);
          call = take(deletes, at, (call) => call.id === operation!.id.text);
        } else {
          const after = operation!.entry.data as Json;
          const changed = changedFields(before?.data as Json ?? {}, after);
          const keys = changed.map((field) => `${operation!.id} ${field} ${JSON.stringify(after[field])}`);
          const key = keys.find((key) => made.has(key));
          assert(key !== undefined, `version ${id} was made by nobody: ${keys}`);
          call = made.get(key)!;
          made.delete(key);
          const { what } = call;
          // all other fields are those of the version before, or else a change between is lost
          if (what.do === "patch") assertEquals(changed, [what.field], `version ${id} changes one field`);
        }
      }
      assert(call !== undefined, `move ${sequence} to version ${id} was made by nobody`);
      assert(
        call.began - ROUNDING <= at && at <= call.ended + ROUNDING,
        `version ${id} was made while it was asked for`,
      );
      sequences.set(call, sequence);
    }
    // which of several calls that ask for the same made which of several moves is not known: each saw the first at least
    for (const call of sequences.keys()) {
      const { what, id } = call;
      if (what.do !== "rollback" && what.do !== "delete") continue;
      const first = this.#moves.find(({ version, time }) => {
        const operation = this.#versions.get(version)!.operations[0];
        const isMeant = what.do === "rollback"
          ? version === what.version
          : operation?.kind === "delete" && operation.id.text === id;
        return isMeant && isDuring(call, time.getTime());
      });
      sequences.set(call, first!.sequence);
    }
    assertEquals([...made.keys()], [], "changes that were answered with 200 and are lost");
    assertEquals(deletes.length, 0, "deletes that were answered with 200 and are lost");
    // one to what is head already makes no move
    for (const call of rollbacks) {
      const { what } = call;
      const heads = this.#moves.filter((_, index) => new Windows(this.#moves).includes(call, index));
      assert(
        heads.some(({ version }) => what.do === "rollback" && version === what.version),
        "a rollback that is lost",
      );
    }
    return sequences;
  }

  /** Checks that an answer fits one of the states that there were. */
  #checkAnswer(call: Call, windows: Windows): void {
    const { what, refused, id } = call;
    const fits = (state: State): boolean => {
      const spec = state.get(id)?.data as Json | undefined;
      if (refused) return what.do === "post" ? spec !== undefined : spec === undefined;
      if (what.do === "serve") return spec?.code === what.code;
      if (what.do === "delete") return spec === undefined;
      return what.do === "read" &&
        SerialHistory.digest(this.#names, (id) => state.get(id)?.data as Json) === what.digest;
    };
    const isWrite = !refused &&
      (what.do !== "serve" && what.do !== "read" && !(what.do === "delete" && what.gone.length === 0));
    if (isWrite) return;
    const [first, last] = windows.of(call);
    for (let at = first; at <= last; at++) {
      if (!fits(this.#versions.get(this.#moves[at]!.version)!.state)) continue;
      windows.saw(call, this.#moves[at]!.sequence);
      return;
    }
    const elsewhere = this.#moves.filter(({ version }) => fits(this.#versions.get(version)!.state));
    const moves = `moves ${this.#moves[first]!.sequence} to ${this.#moves[last]!.sequence}`;
    const others = elsewhere.map(({ sequence }) => sequence).join(", ") || "none";
    throw new Error(`no state of the ${moves} fits, but ${others} does: ${JSON.stringify(call)}`);
  }
}

/** Returns the names of the fields that differ between two specs. */
function changedFields(before: Json, after: Json): string[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}

/** Reports whether a call was under way at a time. */
function isDuring({ began, ended }: Call, at: number): boolean {
  return began - ROUNDING <= at && at <= ended + ROUNDING;
}

/** Removes and returns the first call that was under way at a time and meets a condition. */
function take(calls: Call[], at: number, fits: (call: Call) => boolean): Call | undefined {
  const index = calls.findIndex((call) => fits(call) && isDuring(call, at));
  return index < 0 ? undefined : calls.splice(index, 1)[0];
}

/** The moves of head that calls may have seen. */
class Windows {
  readonly #moves: readonly Move[];
  /** By runtime: the ends of calls, ascending, with the last move that was seen by then. */
  readonly #seen = new Map<number, { at: number; sequence: number }[]>();

  constructor(moves: readonly Move[]) {
    this.#moves = moves;
  }

  /** Records that a call has seen, or made, a move: no later call to its runtime may see an older one. */
  saw({ runtime, ended }: Call, sequence: number): void {
    if (runtime === undefined) return;
    const list = this.#seen.get(runtime) ?? [];
    this.#seen.set(runtime, list);
    const index = list.findLastIndex(({ at }) => at <= ended) + 1;
    if ((list[index - 1]?.sequence ?? 0) >= sequence) return;
    list.splice(index, 0, { at: ended, sequence });
    const next = index + 1;
    while (next < list.length && list[next]!.sequence <= sequence) list.splice(next, 1);
  }

  /** Returns the indexes of the first and the last move that a call may have seen. */
  of({ runtime, began, ended }: Call): [first: number, last: number] {
    const list = this.#seen.get(runtime!) ?? [];
    const seen = list.findLast(({ at }) => at < began)?.sequence ?? 0;
    const first = Math.max(0, this.#moves.findIndex(({ sequence }) => sequence >= seen));
    const last = this.#moves.findLastIndex(({ time }) => time.getTime() <= ended + ROUNDING);
    return [first, last];
  }

  /** Reports whether a move was in force at some time during a call. */
  includes({ began, ended }: Call, index: number): boolean {
    const until = this.#moves[index + 1]?.time.getTime() ?? Infinity;
    return this.#moves[index]!.time.getTime() <= ended + ROUNDING && until >= began - ROUNDING;
  }
}
