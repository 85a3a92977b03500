import type { Flow, Kind, NodeSymbol, Prepared, Process } from "../flow/mod.ts";
import type { ExecutorContext } from "../kinds/mod.ts";
import { compileCondition, languageOf, type Program, type Realm } from "../language/mod.ts";
import type { Definition } from "../protocol/mod.ts";
import { formatPosition, type Origin, type Path, positionIn } from "../spec/model/mod.ts";
import { asError, type Failure, fromWire, type LogLevel, type ValueMap } from "../value/mod.ts";
import type { Guard } from "./guard.ts";
import { GuardedProgram } from "./program.ts";
import type { Instance } from "./symbol_replica.ts";

/** Options of a node maker. */
export interface NodeMakerOptions {
  kinds: readonly Kind[];
  realm: Realm;
  guard: Guard;
  flow: Flow;
  /** Writes a log line. @param process The number of the process; 0 for none. */
  log(process: number, symbol: number, level: LogLevel, text: string): void;
  /** Opens a child of a process. */
  fork(process: Process): Process;
}

/** Makes nodes from definitions: calls the `prepare` of their kinds with the context of an executor. */
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
    const prepared = kind.prepare(this.#contextOf(symbol, definition, programs));
    const instanceOf = ({ node, release }: Prepared): Instance => ({
      node,
      programs,
      release: () => {
        for (const program of programs) program.release();
        return release?.();
      },
    });
    return prepared instanceof Promise ? prepared.then(instanceOf) : instanceOf(prepared);
  }

  #contextOf(symbol: NodeSymbol, definition: Definition, programs: GuardedProgram[]): ExecutorContext {
    const { realm, guard, flow, log, fork } = this.#options;
    const { form, fields, origin } = definition.body!;
    const position = (at: Path, offset?: number) =>
      origin === undefined ? undefined : formatPosition(positionIn(origin as unknown as Origin, at, offset));
    const guarded = (at: Path, compile: () => Program): GuardedProgram => {
      try {
        const program = new GuardedProgram(compile(), {
          symbol,
          guard,
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
      fields: fromWire(form, fields) as ValueMap,
      flow,
      position,
      log: (level, message, process) => log(process?.number ?? 0, symbol.number, level, message),
      compile: ({ language, code, at, isolate = false }) =>
        guarded(at, () => languageOf(language).compile(code, { realm, isolate })),
      condition: (code, at) => guarded(at, () => compileCondition(code, { realm })),
      fork,
    };
  }
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
