import {
  apply,
  type ApplyOptions,
  type ApplyReport,
  describeBroken,
  type SpecFile,
  SpecsError,
  type Target,
} from "../../api/mod.ts";
import { moduleFiles } from "../../modules/mod.ts";
import type { Signature } from "../../registry/mod.ts";
import { isExternal } from "../../runtime/mod.ts";
import { formatDiagnostic } from "../../spec/mod.ts";
import { asError } from "../../value/mod.ts";
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
  /** The folders of the modules that were imported last, or could not be. */
  #folders: readonly string[] = [];
  /** What is in these. */
  #modules = "";
  /** The ids of the entries that were applied last. */
  #applied: ReadonlySet<string> | undefined;
  /** The files that held nothing when they were applied last. */
  #blank: readonly string[] = [];
  #waiting = false;

  constructor(options: SpecSourceOptions) {
    this.#options = options;
  }

  /** Whether the files could not be applied for a reason outside of them, so that trying again may help. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** What the specs are read from: the files and folders that it was made with, and those of modules. */
  get paths(): readonly string[] {
    return [...this.#options.paths, ...this.#folders];
  }

  /**
   * Reads the files.
   *
   * @returns Whether they, or those of modules, differ from the previous read.
   * @throws {Error} If a path does not exist.
   */
  async read(): Promise<boolean> {
    const { paths, terminal } = this.#options;
    const files = await readSpecFiles(paths, terminal, { allowEmpty: this.#applied !== undefined });
    const hasChanged = files.length !== this.#files.length ||
      files.some((file, index) => !isSame(file, this.#files[index]!));
    this.#files = files;
    const modules = await contentOf(this.#folders);
    const isModuleChanged = modules !== this.#modules;
    this.#modules = modules;
    return hasChanged || isModuleChanged;
  }

  /**
   * Applies the files as one version.
   *
   * @returns What changed, or undefined after reporting errors in the files, or what of them is not finished.
   * @throws {Error} If a handler of the registry rejects the version.
   */
  async apply(target: Target, signature: Signature): Promise<ApplyReport | undefined> {
    const { terminal, paths: _, ...options } = this.#options;
    const covers = this.#applied;
    this.#waiting = false;
    const blank = this.#files.filter(isBlank).map(({ name }) => name);
    const unfinished = covers === undefined ? [] : this.#unfinished(blank);
    for (const line of unfinished) terminal.warn(line);
    if (unfinished.length > 0) return undefined;
    try {
      const report = await apply(target, this.#files, { ...options, ...signature, covers, breakLinks: true });
      for (const warning of report.warnings) terminal.warn(formatDiagnostic(warning));
      for (const link of report.brokenLinks) terminal.warn(`warning: ${describeBroken(link)}`);
      this.#applied = report.ids;
      await this.#follow(report.folders);
      this.#blank = blank;
      return report;
    } catch (error) {
      this.#waiting = isExternal(asError(error));
      if (!(error instanceof SpecsError)) throw error;
      await this.#follow(error.folders);
      for (const diagnostic of error.diagnostics) terminal.warn(formatDiagnostic(diagnostic));
      return undefined;
    }
  }

  async #follow(folders: readonly string[]): Promise<void> {
    const all = folders.toSorted();
    if (String(all) === String(this.#folders)) return;
    this.#folders = all;
    this.#modules = await contentOf(all);
  }

  /**
   * Returns why files that were applied before look as if somebody was still writing them: a file that is saved is empty
   * for a moment, and so is a folder that is replaced.
   */
  #unfinished(blank: readonly string[]): string[] {
    const emptied = blank.filter((name) => !this.#blank.includes(name));
    if (emptied.length > 0) return emptied.map((name) => `${name}: no specs yet; write [] if it is to have none`);
    const isEmpty = this.#files.every(({ name, unread }) => unread !== undefined || blank.includes(name));
    return isEmpty && this.#applied!.size > 0 ? [`${this.#options.paths.join(", ")}: no spec files`] : [];
  }
}

/** Reports whether a file that was read holds nothing but comments. */
function isBlank({ text, unread }: SpecFile): boolean {
  return unread === undefined &&
    text.split(/[\r\n]+/).every((line) => /^\s*(?:(?:---|\.\.\.)\s*)?(?:#.*)?$/.test(line));
}

/** Returns a text that differs if what is in the folders of modules does. */
async function contentOf(folders: readonly string[]): Promise<string> {
  const files = (await Promise.all(folders.map((folder) => moduleFiles(folder).catch(() => [])))).flat();
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file).catch(() => null)));
  return JSON.stringify([files, texts]);
}

function isSame(a: SpecFile, b: SpecFile): boolean {
  return a.name === b.name && a.text === b.text && a.unread?.message === b.unread?.message;
}
