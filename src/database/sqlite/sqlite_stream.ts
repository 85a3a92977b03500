import type { ValueMap } from "../../value/mod.ts";
import { Ask, type AskFrame, Reply, type ReplyFrame, type SqliteInput } from "./frame.ts";
import { errorIn, type Lane, tooLarge } from "./lane.ts";
import { lostError } from "./lanes.ts";
import { rowsOf } from "./sqlite_value.ts";

/** What a stream of rows is made of. */
export interface RowStreamOptions {
  readonly text: string;
  readonly parameters: readonly SqliteInput[];
  /** How long it may take to make the next rows, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  number(): number;
  hold(): Promise<Lane>;
  give(lane: Lane): void;
  /** Called when something runs that may have to be ended. */
  look(): void;
}

/** Returns the rows of a statement, read from a lane of its own as they are wanted. */
export function rowStream(options: RowStreamOptions): ReadableStream<ValueMap[]> {
  const { text, parameters, timeout, signal, number, give, look } = options;
  let lane: Lane | undefined;
  let next: Promise<ReplyFrame> | undefined;
  const ask = (frame: (id: number) => AskFrame) =>
    new Promise<ReplyFrame>((resolve, reject) => {
      const id = number();
      lane!.ask(id, frame(id), {
        limit: timeout,
        answered: (reply) => {
          const error = errorIn(reply);
          if (error === undefined) resolve(reply);
          else reject(error);
        },
        lost: (end) => {
          reject(end.id === id && end.killed || (end.id === id && end.isMemory ? tooLarge() : lostError(end.why)));
        },
      });
      look();
    });
  const more = () => {
    next = ask((id) => [Ask.More, id]);
    next.catch(() => {}); // whoever reads on is told
  };
  const stop = async () => {
    const held = lane;
    lane = undefined;
    if (held === undefined) return;
    const id = number();
    await new Promise<void>((resolve) => {
      held.ask(id, [Ask.Stop, id], { limit: timeout, answered: () => resolve(), lost: () => resolve() });
    });
    give(held);
  };
  return new ReadableStream<ValueMap[]>({
    async start() {
      lane = await options.hold();
      try {
        await ask((id) => [Ask.Stream, id, text, parameters]);
      } catch (error) {
        await stop();
        throw error;
      }
      more();
    },
    async pull(controller) {
      try {
        signal?.throwIfAborted();
        const reply = await next!;
        signal?.throwIfAborted();
        if (reply[1] !== Reply.Result || reply[2].rows.length === 0) {
          await stop();
          return controller.close();
        }
        more();
        controller.enqueue(rowsOf(reply[2]));
      } catch (error) {
        await stop();
        throw error;
      }
    },
    async cancel() {
      await stop();
    },
  }, { highWaterMark: 1 });
}
