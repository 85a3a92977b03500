import {
  type Flow,
  type NodeSymbol,
  type OutPort,
  type Packet,
  pathOf,
  type Process,
  type TracedPacket,
  traceNode,
} from "../flow/mod.ts";
import { logOf, metricsOf, type MetricType } from "../kind/engine/mod.ts";
import type {
  Child,
  Clock,
  CodeOptions,
  Condition,
  ExecutorContext,
  Kind,
  Preparation,
  Prepared,
  Random,
} from "../kind/mod.ts";
import { compileCondition, languageOf, type Program, type Realm } from "../language/mod.ts";
import type { Definition } from "../protocol/mod.ts";
import { formatPosition, type Origin, type Path, positionIn } from "../spec/model/mod.ts";
import {
  type Answer,
  asError,
  type ErrorRecord,
  type Failure,
  fromWire,
  type LogLevel,
  toErrorRecord,
  type ValueMap,
} from "../value/mod.ts";
import type { Guard } from "./guard.ts";
import { GuardedProgram } from "./program.ts";
import type { Task } from "./slices.ts";
import type { Instance } from "./symbol_replica.ts";
import type { WaitClock } from "./wait.ts";

/** Options of a node maker. */
export interface NodeMakerOptions {
  kinds: readonly Kind[];
  realm: Realm;
  guard: Guard;
  flow: Flow;
  clock: Clock;
  random: Random;
  /** What calls of user code wait by. */
  waitClock: WaitClock;
  /** Adds a task to the work of the thread. */
  addTask(task: Task): void;
  /** Writes a log line. @param process The number of the process; 0 for none. */
  log(process: number, symbol: number, level: LogLevel, text: string): void;
  /** Records an error that left by a linked `error` port. */
  handled(process: number, symbol: number, error: ErrorRecord): void;
  /** Records a metric in the name of a symbol. */
  measure(symbol: number, type: MetricType, name: string, value: number): void;
  /** Tells of a packet that a traced node has received. Default: nobody is told. */
  traced?(process: number, symbol: number, packet: TracedPacket): void;
  /** Opens a child of a packet's process. */
  fork(packet: Packet): Process;
  /** Puts something around a program. Default nothing. */
  around?(program: Program, symbol: NodeSymbol): Program;
}

/** What a node is prepared with on an executor, beside what every kind gets. */
type ExecutorPreparation = Preparation & Pick<ExecutorContext<unknown, never>, "compile" | "condition" | "fork">;

/** Makes nodes of definitions: prepares each with the services of an executor. */
export class NodeMaker {
  readonly #options: NodeMakerOptions;
  readonly #kinds: ReadonlyMap<string, Kind>;

  constructor(options: NodeMakerOptions) {
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
  }

  /** Makes the node of a definition. @throws {Error} Why it cannot be made. */
  make(symbol: NodeSymbol, definition: Definition): Instance | Promise<Instance> {
    const kind = this.#kinds.get(definition.kind);
    if (kind?.prepare === undefined) throw new Error(`unknown kind "${definition.kind}" on this executor`);
    const programs: GuardedProgram[] = [];
    const prepared = kind.prepare(this.#preparation(kind, symbol, definition, programs));
    const { traced } = this.#options;
    const instanceOf = ({ node, release }: Prepared): Instance => {
      if (definition.body?.isTraced === true && traced !== undefined) {
        traceNode(node, (packet, process) => traced(process, symbol.number, packet));
      }
      return {
        node,
        programs,
        release: () => {
          for (const program of programs) program.release();
          return release?.();
        },
      };
    };
    return prepared instanceof Promise ? prepared.then(instanceOf) : instanceOf(prepared);
  }

  #preparation(
    kind: Kind,
    symbol: NodeSymbol,
    definition: Definition,
    programs: GuardedProgram[],
  ): ExecutorPreparation {
    const { realm, guard, flow, clock, random, waitClock, addTask, log, handled, measure, fork } = this.#options;
    const around = this.#options.around ?? ((program: Program) => program);
    const { form, fields: encoded, origin, env = {}, bound, recordsErrors = false, parsed = [] } = definition.body!;
    const fields = fromWire(form, encoded) as ValueMap;
    const boundEnv = bound && fromWire(bound.form, bound.data) as ValueMap;
    const named = parsed.length > 0 ? kind.code?.(fields) ?? [] : [];
    const parsedOf = ({ language, code }: Pick<CodeOptions, "language" | "code">) =>
      parsed[named.findIndex((known) => known.language === language && known.code === code)] ?? undefined;
    const position = (at: Path, offset?: number) =>
      origin === undefined ? undefined : formatPosition(positionIn(origin as unknown as Origin, at, offset));
    const compile = ({ at, timeout }: Pick<CodeOptions, "at" | "timeout">, make: () => Program): GuardedProgram => {
      if (timeout !== undefined) symbol.limit = timeout;
      try {
        const program = new GuardedProgram(around(make(), symbol), {
          symbol,
          guard,
          clock: waitClock,
          addTask,
          position: (offset) => position(at, offset),
          log: (level, text, process) => log(process, symbol.number, level, text),
        });
        programs.push(program);
        return program;
      } catch (thrown) {
        throw located(asError(thrown), (offset) => position(at, offset));
      }
    };
    return {
      symbol,
      fields,
      flow,
      clock,
      random,
      env,
      position,
      log: logOf((level, message, call) =>
        log((call?.process as Process | undefined)?.number ?? 0, symbol.number, level, message)
      ),
      ...recordsErrors && {
        handled: (packet: Packet, error: Failure) => {
          // the error itself goes on, and gets its path where it ends
          const record = { ...toErrorRecord(error), path: error.path ?? pathOf(packet) };
          handled(packet.process.number, symbol.number, record);
        },
      },
      metrics: metricsOf((type, name, value) => measure(symbol.number, type, name, value)),
      compile: (options) => {
        const { language, code, isolate = false } = options;
        return compile(
          options,
          () => languageOf(language).compile(code, { realm, isolate, env: boundEnv }, parsedOf(options)),
        );
      },
      condition: (options) =>
        compile(options, () => compileCondition(options.code, { realm, env: boundEnv })) as Condition, // never waits
      fork: (call) => childOf(flow, fork(call as Packet)),
    };
  }
}

/** Returns a child process as its kind uses it. */
function childOf(flow: Flow, process: Process): Child {
  return {
    send(port, payload) {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      const answered = (_: Packet, answer: unknown) => resolve(answer as Answer);
      return flow.emit(process, port as OutPort, payload, { answered }) ? promise : undefined;
    },
    close: (error) => flow.close(process, error),
  };
}

/** Adds the position in the spec author's file to an error of code. */
function located(
  error: Failure & { offset?: number },
  position: (offset: number | undefined) => string | undefined,
): Failure {
  const at = position(error.offset);
  if (at !== undefined) error.position ??= at;
  return error;
}
