import { isError, type Value } from "../../value/mod.ts";
import { badCode, offsetOf } from "../code_failure.ts";
import type { CodeFailure, CompileOptions, LogLine, Program } from "../language.ts";
import type { Caller, Entry } from "../realm/compartment.ts";
import type { Unit } from "../realm/realm.ts";
import { placeIn } from "../realm/stack.ts";
import { RIGHT } from "./export_rewriting.ts";
import type { ModuleSource } from "./module_source.ts";

/** A module that runs in a realm. */
export class Snippet implements Program, Caller {
  deferring: boolean;
  readonly #code: string;
  readonly #module: ModuleSource;
  #unit: Unit | undefined;
  #entry: Entry | undefined;
  #lines: LogLine[] = [];

  /**
   * @param code As its author wrote it, for places in it.
   * @throws {CodeFailure} If the engine does not take the code.
   */
  constructor(code: string, module: ModuleSource, { realm, isolate = false }: CompileOptions) {
    this.#code = code;
    this.#module = module;
    this.deferring = module.deferring;
    try {
      this.#unit = realm.compile(module.body, module.parameters, isolate);
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
    let entry: Entry | undefined;
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
    this.#unit?.compartment.collect(this);
    const lines = this.#lines;
    if (lines.length > 0) this.#lines = [];
    return lines;
  }

  note(lines: LogLine[]): void {
    this.#lines.push(...lines);
  }

  release(): void {
    this.#unit?.release();
    this.#unit = undefined;
    this.#entry = undefined;
  }

  #held(): Unit {
    if (this.#unit === undefined) throw new Error("the program was released");
    return this.#unit;
  }

  #placed(error: CodeFailure): CodeFailure {
    const { offset } = this.#place(error.stack);
    if (offset !== undefined) error.offset = offset;
    return error;
  }

  #place(stack: string | undefined): { offset?: number } {
    const place = placeIn(stack);
    return place === undefined ? {} : { offset: offsetOf(this.#code, place.line, place.column) };
  }
}
