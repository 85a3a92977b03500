import type { Value, ValueMap } from "../../value/mod.ts";
import { codeError, offsetOf } from "../code_error.ts";
import type { CodeFailure, CompileOptions, LogLine, Program } from "../language.ts";
import type { Caller, RealmFunction } from "../realm/compartment.ts";
import type { CompiledBody } from "../realm/realm.ts";
import { locationIn } from "../realm/stack.ts";
import type { Waiting } from "../realm/waiting.ts";
import { ENV } from "./survey.ts";
import { EXPORT_HINT } from "./export_rewriting.ts";
import type { ModuleSource } from "./module_source.ts";

/** A module that runs in a realm. */
export class Snippet implements Program, Caller {
  mayDefer: boolean;
  readonly #code: string;
  readonly #module: ModuleSource;
  /** What it sees as `env`, if it reads that. */
  readonly #env: ValueMap | undefined;
  #compiled: CompiledBody | undefined;
  #exported: RealmFunction | undefined;
  #lines: LogLine[] = [];

  /**
   * @param code As the spec author wrote it, for offsets.
   * @throws {CodeFailure} If the engine rejects the code.
   */
  constructor(code: string, module: ModuleSource, { realm, isolate = false, env }: CompileOptions) {
    this.#code = code;
    this.#env = module.seesEnv ? env : undefined;
    this.#module = module;
    this.mayDefer = module.mayDefer;
    try {
      this.#compiled = realm.compile(module, isolate, this.#env && ENV);
      // a global object of its own holds `Promise` as data
      this.mayDefer ||= this.#compiled.global !== undefined;
    } catch (error) {
      const { name, message, stack } = error as Error; // an object of the realm
      throw codeError(name === "RangeError" ? "the code is nested too deeply" : message, this.#offsetIn(stack));
    }
  }

  start(): void {
    if (this.#exported !== undefined) return;
    const { compartment, body, globals, global } = this.#held();
    let exported: RealmFunction | undefined;
    try {
      exported = compartment.start(this, body, {
        commonJs: this.#module.commonJs,
        globals,
        global,
        env: this.#env,
      });
    } catch (error) {
      throw this.locate(error as CodeFailure);
    }
    if (exported === undefined) throw codeError("the default export is not a function", undefined, EXPORT_HINT);
    this.#exported = exported;
  }

  /** Whether its calls may wait. */
  get mayWait(): boolean {
    return this.mayDefer;
  }

  call(argument: Value): Value | undefined | Waiting {
    const { compartment } = this.#held();
    if (this.#exported === undefined) {
      try {
        this.start();
      } catch (error) {
        return error as CodeFailure;
      }
    }
    return compartment.call(this, this.#exported!, argument);
  }

  takeLogs(): LogLine[] {
    this.#compiled?.compartment.collect(this);
    const lines = this.#lines;
    if (lines.length > 0) this.#lines = [];
    return lines;
  }

  onOutput(lines: LogLine[]): void {
    this.#lines.push(...lines);
  }

  release(): void {
    this.#compiled?.release();
    this.#compiled = undefined;
    this.#exported = undefined;
  }

  #held(): CompiledBody {
    if (this.#compiled === undefined) throw new Error("the program was released");
    return this.#compiled;
  }

  locate(error: CodeFailure): CodeFailure {
    const offset = this.#offsetIn(error.stack);
    if (offset !== undefined) error.offset = offset;
    return error;
  }

  #offsetIn(stack: string | undefined): number | undefined {
    const location = locationIn(stack);
    if (location === undefined) return undefined;
    const { body, insertions } = this.#module;
    let offset = offsetOf(insertions.length === 0 ? this.#code : body, location.line, location.column);
    for (const { at, length } of insertions) {
      if (at >= offset) break;
      offset -= Math.min(length, offset - at);
    }
    return offset;
  }
}
