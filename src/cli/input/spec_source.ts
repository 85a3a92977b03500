import {
  apply,
  type ApplyOptions,
  type ApplyReport,
  describeBroken,
  type SpecFile,
  SpecsError,
  type Target,
} from "../../api/mod.ts";
import type { Signature } from "../../registry/mod.ts";
import { formatDiagnostic } from "../../spec/mod.ts";
import type { Terminal } from "../options/command.ts";
import { readSpecFiles } from "./spec_files.ts";

/** Options of a `SpecSource`. */
export interface SpecSourceOptions extends Pick<ApplyOptions, "namespace" | "scheme" | "evaluate"> {
  paths: readonly string[];
  terminal: Terminal;
}

/** The files that a runtime was started with. Applying them again deletes the specs that are no longer in them. */
export class SpecSource {
  readonly #options: SpecSourceOptions;
  #files: readonly SpecFile[] = [];
  /** The ids of the entries that were applied last. */
  #applied: ReadonlySet<string> | undefined;

  constructor(options: SpecSourceOptions) {
    this.#options = options;
  }

  /**
   * Reads the files.
   *
   * @returns Whether they differ from the previous read.
   * @throws {Error} If a file does not exist or is not UTF-8.
   */
  async read(): Promise<boolean> {
    const { paths, terminal } = this.#options;
    const files = await readSpecFiles(paths, terminal, { allowEmpty: this.#applied !== undefined });
    const isSame = files.length === this.#files.length &&
      files.every(({ name, text }, index) => name === this.#files[index]!.name && text === this.#files[index]!.text);
    this.#files = files;
    return !isSame;
  }

  /**
   * Applies the files as one version.
   *
   * @returns What changed, or undefined after reporting errors in the files.
   * @throws {Error} If a handler of the registry rejects the version.
   */
  async apply(target: Target, signature: Signature): Promise<ApplyReport | undefined> {
    const { terminal, paths: _, ...options } = this.#options;
    const covers = this.#applied;
    try {
      const report = await apply(target, this.#files, { ...options, ...signature, covers, breakLinks: true });
      for (const warning of report.warnings) terminal.warn(formatDiagnostic(warning));
      for (const link of report.brokenLinks) terminal.warn(`warning: ${describeBroken(link)}`);
      this.#applied = report.ids;
      return report;
    } catch (error) {
      if (!(error instanceof SpecsError)) throw error;
      for (const diagnostic of error.diagnostics) terminal.warn(formatDiagnostic(diagnostic));
      return undefined;
    }
  }
}
