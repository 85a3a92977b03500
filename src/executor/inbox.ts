import { ENCODED, type Patch, ToExecutor } from "../protocol/mod.ts";
import { type Answer, type Codec, Encoded, type ErrorRecord, type Form, fromWire, type Value } from "../value/mod.ts";

/** Receives the frames of the host. */
export interface InboxHandler {
  packet(
    process: number,
    generation: number,
    symbol: number,
    port: number,
    packet: number,
    raw: Value | Encoded,
    address: string | null,
  ): void;
  answer(call: number, answer: Answer): void;
  exit(process: number, error: ErrorRecord | null, isAwaited: boolean): void;
  prepare(request: number, symbol: number): void;
  patch(patch: Patch): void;
}

/** The number of elements of each frame. */
const LENGTH: Readonly<Record<ToExecutor, number>> = {
  [ToExecutor.Packet]: 9,
  [ToExecutor.Answer]: 4,
  [ToExecutor.Exit]: 4,
  [ToExecutor.Prepare]: 3,
  [ToExecutor.Patch]: 2,
};

/**
 * Frames from the host, read one at a time. Batches arrive both with and without the event loop, so one may overtake
 * another: they are numbered and read in order.
 */
export class Inbox {
  readonly #batches: unknown[][] = [];
  readonly #early = new Map<number, unknown[]>();
  /** Processes whose end is known although its frame is not read yet. */
  readonly #ended = new Set<number>();
  #sequence = 0;
  #at = 1;
  readonly #codecs: ReadonlyMap<number, Codec>;
  readonly #handler: InboxHandler;

  constructor(codecs: readonly Codec[], handler: InboxHandler) {
    this.#codecs = new Map(codecs.map((codec) => [codec.number, codec]));
    this.#handler = handler;
  }

  /** Whether no frame is left to read. */
  get empty(): boolean {
    return this.#batches.length === 0;
  }

  /** Adds a batch. Its first element is its number. The end of a process takes effect ahead of what was sent before it. */
  add(batch: unknown[]): void {
    this.#early.set(batch[0] as number, batch);
    for (let next = this.#early.get(this.#sequence); next !== undefined; next = this.#early.get(this.#sequence)) {
      this.#early.delete(this.#sequence++);
      this.#batches.push(next);
      this.#endProcesses(next);
    }
  }

  /** Ends the processes that a batch tells the end of, so that their packets, of this batch or earlier ones, do not run. */
  #endProcesses(batch: readonly unknown[]): void {
    for (let at = 1; at < batch.length; at += LENGTH[batch[at] as ToExecutor]) {
      if (batch[at] !== ToExecutor.Exit) continue;
      const process = batch[at + 1] as number;
      this.#ended.add(process);
      this.#handler.exit(process, batch[at + 2] as ErrorRecord | null, batch[at + 3] as boolean);
    }
  }

  /** Reads one frame. @returns Whether there was one. */
  read(): boolean {
    const batch = this.#batches[0];
    if (batch === undefined) return false;
    const at = this.#at;
    const handler = this.#handler;
    switch (batch[at] as ToExecutor) {
      case ToExecutor.Packet: {
        this.#move(batch, LENGTH[ToExecutor.Packet]);
        if (this.#ended.has(batch[at + 1] as number)) return true;
        const raw = this.#payload(batch[at + 6] as number, batch[at + 7]) as Value | Encoded;
        handler.packet(
          batch[at + 1] as number,
          batch[at + 2] as number,
          batch[at + 3] as number,
          batch[at + 4] as number,
          batch[at + 5] as number,
          raw,
          batch[at + 8] as string | null,
        );
        return true;
      }
      case ToExecutor.Answer:
        this.#move(batch, LENGTH[ToExecutor.Answer]);
        handler.answer(batch[at + 1] as number, this.#payload(batch[at + 2] as number, batch[at + 3]) as Answer);
        return true;
      case ToExecutor.Exit:
        this.#move(batch, LENGTH[ToExecutor.Exit]);
        this.#ended.delete(batch[at + 1] as number);
        return true;
      case ToExecutor.Prepare:
        this.#move(batch, LENGTH[ToExecutor.Prepare]);
        handler.prepare(batch[at + 1] as number, batch[at + 2] as number);
        return true;
      case ToExecutor.Patch:
        this.#move(batch, LENGTH[ToExecutor.Patch]);
        handler.patch(batch[at + 1] as Patch);
        return true;
    }
  }

  #payload(form: number, data: unknown): Answer | Encoded {
    if (form < ENCODED) return fromWire(form as Form, data);
    const codec = this.#codecs.get(form - ENCODED);
    if (codec === undefined) throw new Error(`unknown codec ${form - ENCODED}`);
    return new Encoded(codec, data);
  }

  /** Advances past a frame. Call it before the frame is handled, so that one that fails is not read again. */
  #move(batch: unknown[], by: number): void {
    this.#at += by;
    if (this.#at >= batch.length) {
      this.#batches.shift();
      this.#at = 1;
    }
  }
}
