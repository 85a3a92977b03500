import { isError, type Value } from "../../value/mod.ts";
import { badCode, offsetOf } from "../code_failure.ts";
import type { CodeFailure, CompileOptions, LogLine, Program } from "../language.ts";
import type { Caller, RealmFunction } from "../realm/compartment.ts";
import type { CompiledBody } from "../realm/realm.ts";
import { locationIn } from "../realm/stack.ts";
import { RIGHT } from "./export_rewriting.ts";
import type { ModuleSource } from "./module_source.ts";

/** A module that runs in a realm. */
export class Snippet implements Program, Caller {
  mayDefer: boolean;
  readonly #code: string;
  readonly #module: ModuleSource;
  #compiled: CompiledBody | undefined;
  #entry: RealmFunction | undefined;
  #lines: LogLine[] = [];

  /**
   * @param code As its author wrote it, for places in it.
   * @throws {CodeFailure} If the engine does not take the code.
   */
  constructor(code: string, module: ModuleSource, { realm, isolate = false }: CompileOptions) {
    this.#code = code;
    this.#module = module;
    this.mayDefer = module.mayDefer;
    try {
      this.#compiled = realm.compile(module.body, module.parameters, isolate);
    } catch (error) {
      const { name, message, stack } = error as Error; // of the realm's own
      throw badCode({
        message: name === "RangeError" ? "the code is nested too deeply" : message,
        ...this.#place(stack),
      });
    }
  }

  start(): void {
    if (this.#entry !== undefined) return;
    const { compartment, body } = this.#held();
    let entry: RealmFunction | undefined;
    try {
      entry = compartment.start(this, body, this.#module.commonJs);
    } catch (error) {
      throw this.#placed(error as CodeFailure);
    }
    if (entry === undefined) {
      throw badCode({
        message: "the default export is no function",
        hint: RIGHT,
      });
    }
    this.#entry = entry;
  }

  call(argument: Value): Value {
    const { compartment } = this.#held();
    if (this.#entry === undefined) {
      try {
        this.start();
      } catch (error) {
        return error as CodeFailure;
      }
    }
    const answer = compartment.call(this, this.#entry!, argument);
    return isError(answer) ? this.#placed(answer) : answer;
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
    this.#entry = undefined;
  }

  #held(): CompiledBody {
    if (this.#compiled === undefined) throw new Error("the program was released");
    return this.#compiled;
  }

  #placed(error: CodeFailure): CodeFailure {
    const { offset } = this.#place(error.stack);
    if (offset !== undefined) error.offset = offset;
    return error;
  }

  #place(stack: string | undefined): { offset?: number } {
    const place = locationIn(stack);
    return place === undefined ? {} : { offset: offsetOf(this.#code, place.line, place.column) };
  }
}
