import type { Database, Queryable } from "../../database/mod.ts";
import { type Failure, failure, type Value, type ValueMap } from "../../value/mod.ts";
import { Batches } from "./batches.ts";
import { Bells } from "./bells.ts";
import { type QueueStatements, queueStatements, queueTables } from "./queue_statements.ts";
import { Packed } from "./packed.ts";
import { makeTables } from "./state_tables.ts";
import { decodeValue } from "./stored_value.ts";

/** A message to push. */
export interface Push {
  readonly queue: string;
  /** Messages of one key are delivered one after another, in their order. */
  readonly key: string | null;
  /** What no other message of the queue has, as long as it is kept. */
  readonly name: string | null;
  readonly payload: Uint8Array;
  /** After how many milliseconds it is delivered. */
  readonly delay: number;
  /** For how many milliseconds after the push its name is taken, at least. */
  readonly keep: number;
}

/** What has come of a push. */
export interface Pushed {
  readonly id: number;
  /** Whether there was a message of its name: then that is the one meant, and nothing was pushed. */
  readonly isDuplicate: boolean;
}

/** A message that was taken, until its time is over. */
export interface Message {
  readonly id: number;
  readonly key: string | null;
  readonly name: string | null;
  /** How often it was taken, with this time. */
  readonly attempt: number;
  /** When it was pushed, in milliseconds since 1970. */
  readonly pushed: number;
  readonly payload: Value;
  /** Why it was given back before, or was buried. */
  readonly error: Value;
  /** By which take it is held. */
  readonly lease: string;
}

/** What is done with a message that was taken. */
export type Held = Pick<Message, "id" | "lease" | "name">;

/** How often names whose time is over are forgotten, in milliseconds. */
const FORGET = 30_000;
/** How many at a time. */
const FORGOTTEN = 1_000;

/** How often a name is pushed that is neither free nor taken. */
const ATTEMPTS = 10;

/** The code of an error of statements that wait for each other. */
const DEADLOCK = "40P01";

interface GiveBack {
  readonly message: Held;
  readonly delay: number;
  readonly isCounted: boolean;
  readonly error: Uint8Array | null;
}

interface Burial {
  readonly message: Held;
  readonly queue: string;
  readonly error: Uint8Array;
}

/**
 * The queues in a table of a database. What comes at the same time is done together. What is done with a message that is not
 * held any more does nothing, and returns false.
 */
export class DatabaseQueue {
  readonly #database: Database;
  readonly #statements: QueueStatements;
  readonly #bells: Bells;
  readonly #pushes: Batches<Push, number | undefined>;
  readonly #acknowledgements: Batches<Held, boolean>;
  readonly #named: Batches<Held, boolean>;
  readonly #returns: Batches<GiveBack, boolean>;
  readonly #burials: Batches<Burial, boolean>;
  readonly #timer: ReturnType<typeof setInterval>;
  #forgetting: Promise<unknown> | undefined;

  private constructor(database: Database, table: string) {
    this.#database = database;
    const statements = this.#statements = queueStatements(table, database.dialect);
    this.#bells = new Bells(database, table);
    this.#pushes = new Batches((pushes) => this.#pushAll(pushes), ({ payload }) => payload.length);
    this.#acknowledgements = new Batches((messages) => this.#held(statements.acknowledge, messages));
    this.#named = new Batches((messages) => this.#held(statements.keepName, messages));
    this.#returns = new Batches((returns) => this.#giveBackAll(returns));
    this.#burials = new Batches((burials) => this.#buryAll(burials));
    this.#timer = setInterval(() => {
      this.#forgetting ??= database.query(statements.forget, [FORGOTTEN]).catch(() => {}) // the next one may
        .finally(() => this.#forgetting = undefined);
    }, FORGET);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  /** Opens a table, and makes it if it is not there. */
  static async open(database: Database, table: string): Promise<DatabaseQueue> {
    await makeTables(database, queueTables(table));
    return new DatabaseQueue(database, table);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#forgetting;
    await this.#bells.close();
  }

  /** Tells who listens, here and in other engines, that a message may be due. */
  ring(): void {
    this.#bells.ring();
  }

  /** Calls back when a message may be due. @returns Ends that. */
  listen(heard: () => void): () => void {
    return this.#bells.listen(heard);
  }

  /** Pushes a message; it is there when this resolves. */
  async push(push: Push): Promise<Pushed> {
    const pushed = await this.#pushOn(this.#database, push);
    if (!pushed.isDuplicate) this.#bells.ring();
    return pushed;
  }

  /** Pushes a message in a transaction. Whoever commits it rings. */
  async pushIn(transaction: Queryable, push: Push): Promise<Pushed> {
    return await this.#pushOn(transaction, push);
  }

  async #pushOn(on: Queryable, push: Push): Promise<Pushed> {
    const add = async () =>
      on === this.#database ? await this.#pushes.add(push) : (await this.#pushOne(on, push)).rows[0]?.id as number;
    let id = await add();
    if (id !== undefined) return { id, isDuplicate: false };
    const { queue, name } = push;
    const names = this.#database.dialect === "sqlite" ? JSON.stringify([name]) : [name];
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      // a name that was kept for long enough may be taken again
      await on.query(this.#statements.free, [queue, names]);
      id = await add();
      if (id !== undefined) return { id, isDuplicate: false };
      const { rows } = await on.query(this.#statements.named, [queue, names]);
      if (rows[0] !== undefined) return { id: rows[0].id as number, isDuplicate: true };
    }
    throw failure(`the name ${JSON.stringify(name)} is pushed and forgotten all the time`, { code: "conflict" });
  }

  /**
   * Takes messages that are due.
   *
   * @param visibility After how many milliseconds somebody else may take them, unless they are prolonged.
   * @param lease What no other take has.
   */
  async take(queue: string, count: number, visibility: number, lease: string): Promise<Message[]> {
    const { rows } = await this.#database.query(this.#statements.claim, [queue, count, visibility, lease]);
    return rows.map(messageOf).sort((one, other) => one.pushed - other.pushed || one.id - other.id);
  }

  /** Returns in how many milliseconds the next message will be due; undefined if there is none. */
  async wait(queue: string): Promise<number | undefined> {
    const { rows } = await this.#database.query(this.#statements.wait, [queue]);
    return rows[0]?.wait as number | null ?? undefined;
  }

  /** Removes a message. */
  async acknowledge(message: Held): Promise<boolean> {
    return await (message.name === null ? this.#acknowledgements : this.#named).add(message);
  }

  /** Prolongs the time of messages. @returns Those that are held still. */
  async prolong(messages: readonly Held[], visibility: number): Promise<Set<number>> {
    const { rows } = await this.#database.query(this.#statements.prolong, [...this.#listOf(messages), visibility]);
    return new Set(rows.map(({ id }) => id as number));
  }

  /**
   * Gives a message back.
   *
   * @param delay After how many milliseconds it can be taken again.
   * @param error Why, encoded; null without a reason, and then the attempt does not count.
   */
  async giveBack(message: Held, delay: number, error: Uint8Array | null): Promise<boolean> {
    const isDone = await this.#returns.add({ message, delay, error, isCounted: error !== null });
    if (isDone && delay <= 0) this.#bells.ring();
    return isDone;
  }

  /** Moves a message to another queue. @param error Why, encoded. */
  async bury(message: Held, queue: string, error: Uint8Array): Promise<boolean> {
    const isDone = await this.#burials.add({ message, queue, error });
    if (isDone) this.#bells.ring();
    return isDone;
  }

  #pushOne(on: Queryable, { queue, key, name, payload, delay, keep }: Push) {
    return on.query(this.#statements.push, [queue, key, name, payload, delay, keep]);
  }

  async #pushAll(pushes: readonly Push[]): Promise<(number | undefined)[]> {
    const rows = await this.#insert(pushes);
    const ids = rows.filter(({ name }) => name === null).map(({ id }) => id as number).sort((a, b) => a - b);
    const named = new Map(rows.map(({ queue, name, id }) => [`${name}\0${queue}`, id as number]));
    let at = 0;
    return pushes.map(({ queue, name }) => {
      if (name === null) return ids[at++];
      const id = named.get(`${name}\0${queue}`);
      named.delete(`${name}\0${queue}`); // the second one of a batch is a duplicate
      return id;
    });
  }

  /** Adds messages in an order of names that all engines have, so that none of them waits for another that waits for it. */
  async #insert(pushes: readonly Push[]): Promise<readonly ValueMap[]> {
    const sorted = pushes.toSorted(({ name: one }, { name: other }) => {
      if (one === null || other === null) return Number(one !== null) - Number(other !== null);
      return one < other ? -1 : one > other ? 1 : 0;
    });
    for (let attempt = 1;; attempt++) {
      try {
        return (await this.#database.query(this.#statements.pushAll, this.#partsOf(sorted))).rows;
      } catch (thrown) {
        // a transaction that pushes several names may have others; nothing was pushed
        if ((thrown as Failure).code as string !== DEADLOCK || attempt === ATTEMPTS) throw thrown;
      }
    }
  }

  #partsOf(pushes: readonly Push[]): Value[] {
    if (this.#database.dialect === "sqlite") {
      const packed = new Packed();
      const list = pushes.map(({ queue, key, name, payload, delay, keep }) => [
        queue,
        key,
        name,
        packed.add(payload),
        payload.length,
        delay,
        keep,
      ]);
      return [JSON.stringify(list), packed.join()];
    }
    const names = ["queue", "key", "name", "payload", "delay", "keep"] as const;
    return names.map((name) => pushes.map((push) => push[name]));
  }

  /** Runs a statement on messages. @returns For each whether it was held. */
  async #held(text: string, messages: readonly Held[]): Promise<boolean[]> {
    const { rows } = await this.#database.query(text, this.#listOf(messages));
    return isIn(messages, rows);
  }

  #listOf(messages: readonly Held[]): Value[] {
    if (this.#database.dialect === "sqlite") return [JSON.stringify(messages.map(({ id, lease }) => [id, lease]))];
    return [messages.map(({ id }) => id), messages.map(({ lease }) => lease)];
  }

  async #giveBackAll(returns: readonly GiveBack[]): Promise<boolean[]> {
    const messages = returns.map(({ message }) => message);
    const uncounted = ({ isCounted }: GiveBack) => isCounted ? 0 : 1;
    const parameters: Value[] = this.#database.dialect === "sqlite"
      ? [
        JSON.stringify(returns.map((one) => {
          const { message: { id, lease }, delay, error } = one;
          return [id, lease, delay, uncounted(one), error?.toHex() ?? null];
        })),
      ]
      : [
        ...this.#listOf(messages),
        returns.map(({ delay }) => delay),
        returns.map(uncounted),
        returns.map(({ error }) => error),
      ];
    const { rows } = await this.#database.query(this.#statements.giveBack, parameters);
    return isIn(messages, rows);
  }

  async #buryAll(burials: readonly Burial[]): Promise<boolean[]> {
    const byQueue = Map.groupBy(burials, ({ queue }) => queue);
    const buried = new Set<number>();
    for (const [queue, some] of byQueue) {
      const messages = some.map(({ message }) => message);
      const parameters: Value[] = this.#database.dialect === "sqlite"
        ? [JSON.stringify(some.map(({ message: { id, lease }, error }) => [id, lease, error.toHex()])), queue]
        : [...this.#listOf(messages), some.map(({ error }) => error), queue];
      const { rows } = await this.#database.query(this.#statements.bury, parameters);
      for (const { id } of rows) buried.add(id as number);
    }
    return burials.map(({ message }) => buried.has(message.id));
  }
}

function isIn(messages: readonly Held[], rows: readonly ValueMap[]): boolean[] {
  const ids = new Set(rows.map(({ id }) => id));
  return messages.map(({ id }) => ids.has(id));
}

function messageOf({ id, key, name, payload, attempt, pushed, error, lease }: ValueMap): Message {
  return {
    id: id as number,
    key: key as string | null,
    name: name as string | null,
    attempt: attempt as number,
    pushed: pushed as number,
    payload: decodeValue(payload as Uint8Array),
    error: error === null ? null : decodeValue(error as Uint8Array),
    lease: lease as string,
  };
}
