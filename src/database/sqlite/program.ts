import { ByteRing, PipeExecutorChannel, StatusFile } from "../../protocol/process/mod.ts";
import {
  Ask,
  type AskFrame,
  Phase,
  Reply,
  type ReplyFrame,
  type SqliteArgument,
  type StatementFrame,
} from "./frame.ts";
import { type SqliteFailure, sqliteFailure } from "./sqlite_error.ts";
import { RowReader } from "./row_reader.ts";
import { SqliteSession } from "./sqlite_session.ts";

/** How long answers of a group are kept back, in milliseconds. */
const PATIENCE = 5;
/** How long it waits for something to do before it looks again, in milliseconds. */
const WAIT = 60_000;

/**
 * Serves a connection to a SQLite file as a program of its own, over standard input and output: reads what the host asks,
 * does it, and answers, until the host ends.
 *
 * @param argument A `SqliteArgument` as JSON.
 * @param input The module of the input thread.
 */
export async function serveConnection(argument: string, input: URL): Promise<void> {
  // the host ends its connections: what ends it may be sent to all programs of a terminal
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => {});
  const status = new StatusFile(performance.now.bind(performance));
  const ring = new ByteRing();
  const thread = new Worker(input, { type: "module", name: "input" });
  const { exit, stdout } = Deno;
  // without it the program would be deaf, and outlive its host
  thread.onerror = () => exit(1);
  thread.postMessage(ring.buffer);
  const channel = new PipeExecutorChannel({
    ring,
    onInput: (arrived) => thread.onmessage = () => arrived(),
    write: (bytes) => stdout.writeSync(bytes),
    status,
  });
  let program: Program;
  try {
    program = new Program(new SqliteSession(JSON.parse(argument) as SqliteArgument), channel, status);
  } catch (error) {
    channel.send({ failed: JSON.stringify(sqliteFailure(error)) });
    return exit(0);
  }
  channel.send([]);
  // the input thread runs once the event loop has run
  await new Promise<void>((resolve) => {
    channel.onBatch((batch) => {
      program.take(batch as AskFrame[]);
      resolve();
    });
  });
  for (;;) {
    const { arrivals } = channel;
    const batch = channel.receive() as AskFrame[] | undefined;
    if (batch === undefined) channel.wait(arrivals, WAIT);
    else program.take(batch);
  }
}

/** Does what the host asks. */
class Program {
  readonly #session: SqliteSession;
  readonly #channel: Pick<PipeExecutorChannel, "send">;
  readonly #status: StatusFile;
  #replies: ReplyFrame[] = [];
  #rows: RowReader | undefined;

  constructor(session: SqliteSession, channel: Pick<PipeExecutorChannel, "send">, status: StatusFile) {
    this.#session = session;
    this.#channel = channel;
    this.#status = status;
  }

  /** Does what a batch asks, and answers. */
  take(batch: readonly AskFrame[]): void {
    for (const ask of batch) this.#take(ask);
    this.#flush();
    this.#status.leave();
    this.#status.settle();
  }

  #take(ask: AskFrame): void {
    const session = this.#session;
    switch (ask[0]) {
      case Ask.Group:
        return this.#group(ask[2], ask[1]);
      case Ask.Begin:
        return this.#done(ask[1], Phase.Statement, () => session.begin(ask[2]));
      case Ask.Run: {
        const [, ...frame] = ask;
        this.#replies.push(this.#run(frame));
        return;
      }
      case Ask.Each:
        this.#replies.push(this.#answer(ask[1], () => [ask[1], Reply.Results, session.runEach(ask[2], ask[3])]));
        return;
      case Ask.Script:
        return this.#done(ask[1], Phase.Statement, () => session.script(ask[2]));
      case Ask.End:
        return this.#done(ask[1], ask[2] ? Phase.Commit : Phase.Statement, () => this.#end(ask[2]));
      case Ask.Classify:
        this.#replies.push(this.#answer(ask[1], () => [ask[1], Reply.Class, session.writes(ask[2])]));
        return;
      case Ask.Stream:
        this.#rows = undefined;
        return this.#done(ask[1], Phase.Statement, () => {
          if (session.writes(ask[2])) {
            throw Object.assign(new Error("a stream of rows cannot write"), { code: "25006" });
          }
          session.begin(false);
          this.#rows = new RowReader(session.iterate(ask[2], ask[3]));
        });
      case Ask.More:
        this.#replies.push(this.#answer(ask[1], () => [ask[1], Reply.Result, this.#rows!.next()]));
        return;
      case Ask.Stop:
        return this.#done(ask[1], Phase.Statement, () => {
          this.#rows?.close();
          this.#rows = undefined;
          session.rollback();
        });
      case Ask.Close:
        session.close();
        this.#replies.push([ask[1], Reply.Done]);
        this.#flush();
        Deno.exit(0);
    }
  }

  #end(isCommit: boolean): void {
    const session = this.#session;
    if (!isCommit) return session.rollback();
    // what ended it is an error that was told
    if (!session.isInTransaction) throw Object.assign(new Error("the transaction was rolled back"), { code: "25P02" });
    try {
      session.commit();
    } catch (error) {
      session.rollback();
      throw error;
    }
  }

  /** Runs statements, each for itself, in as few transactions as possible: that is what the disk is waited for. */
  #group(statements: readonly StatementFrame[], isWrite: boolean): void {
    const session = this.#session;
    for (let next = 0; next < statements.length;) {
      const began = performance.now();
      const replies: ReplyFrame[] = [];
      const first = next;
      try {
        session.begin(isWrite);
      } catch (error) {
        for (const [id] of statements.slice(next)) this.#replies.push([id, Reply.Failure, sqliteFailure(error)]);
        return;
      }
      let isWhole = true;
      while (next < statements.length && isWhole) {
        replies.push(this.#run(statements[next++]!));
        // some errors roll the whole transaction back
        isWhole = session.isInTransaction;
        if (performance.now() - began > PATIENCE) break;
      }
      const failed = isWhole ? this.#endGroup(isWrite) : undefined;
      if (isWhole && failed === undefined) this.#replies.push(...replies);
      else if (replies.length > 1) { for (const one of statements.slice(first, next)) this.#group([one], isWrite); }
      else this.#replies.push(failed === undefined ? replies[0]! : [replies[0]![0], Reply.Failure, failed]);
      if (next < statements.length) this.#flush();
    }
  }

  /** Ends the transaction of a group. @returns Why that failed. */
  #endGroup(isWrite: boolean): SqliteFailure | undefined {
    const session = this.#session;
    try {
      if (isWrite) {
        this.#status.enter(0, Phase.Commit, 0);
        session.commit();
      } else session.rollback();
      return undefined;
    } catch (error) {
      session.rollback();
      return sqliteFailure(error);
    }
  }

  #run([id, text, parameters]: StatementFrame): ReplyFrame {
    return this.#answer(id, () => [id, Reply.Result, this.#session.run(text, parameters)]);
  }

  #done(id: number, phase: Phase, work: () => void): void {
    this.#status.enter(id, phase, 0);
    try {
      work();
      this.#replies.push([id, Reply.Done]);
    } catch (error) {
      this.#replies.push([id, Reply.Failure, sqliteFailure(error)]);
    }
  }

  #answer(id: number, work: () => ReplyFrame): ReplyFrame {
    this.#status.enter(id, Phase.Statement, 0);
    try {
      return work();
    } catch (error) {
      return [id, Reply.Failure, sqliteFailure(error)];
    }
  }

  #flush(): void {
    if (this.#replies.length === 0) return;
    this.#channel.send(this.#replies);
    this.#replies = [];
  }
}
