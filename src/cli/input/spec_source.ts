import type { Kind } from "../../kind/mod.ts";
import type { Operation, Registry, Signature } from "../../registry/mod.ts";
import { changesOf, entryIds, isApplicable, type Manifest, readManifest } from "../../runtime/mod.ts";
import { formatDiagnostic, type Scheme } from "../../spec/mod.ts";
import type { Value } from "../../value/mod.ts";
import { write } from "../change/write.ts";
import type { Terminal } from "../options/command.ts";
import { brokenLinks, describeBroken } from "./links.ts";
import { readSpecFiles, type SpecFile } from "./spec_files.ts";

/** Options of a `SpecSource`. */
export interface SpecSourceOptions {
  paths: readonly string[];
  namespace: string;
  scheme: Scheme<Kind>;
  evaluate(expression: string): Value;
  terminal: Terminal;
}

/** The files that a runtime was started with. Applying them again deletes the specs that are no longer in them. */
export class SpecSource {
  readonly #options: SpecSourceOptions;
  #files: readonly SpecFile[] = [];
  /** The ids of the entries that were applied last. */
  #applied: ReadonlySet<string> | undefined;
  /** The files that held nothing when they were applied last. */
  #blank: readonly string[] = [];

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
    const same = files.length === this.#files.length &&
      files.every((file, index) => isSame(file, this.#files[index]!));
    this.#files = files;
    return !same;
  }

  /**
   * Applies the files to a registry as one version.
   *
   * @returns The operations, or undefined after reporting errors in the files, or what in them is not finished.
   * @throws {Error} If a handler of the registry rejects the version.
   */
  async apply(registry: Registry, signature: Signature): Promise<readonly Operation[] | undefined> {
    return await write(registry, undefined, async () => {
      const { terminal, paths: _, ...options } = this.#options;
      const covers = this.#applied;
      const manifest = readManifest(this.#files, { ...options, registry, ...covers !== undefined && { covers } });
      const unfinished = covers === undefined ? [] : this.#unfinished(manifest);
      const told = unfinished.length > 0 ? unfinished : manifest.diagnostics.map(formatDiagnostic);
      for (const line of told) terminal.warn(line);
      if (unfinished.length > 0 || !isApplicable(manifest)) return undefined;
      const changes = changesOf(manifest.specs, registry, covers);
      const operations = registry.plan(changes);
      for (const broken of brokenLinks(registry.snapshot().state, operations)) {
        terminal.warn(`warning: ${describeBroken(broken)}`);
      }
      const applied = entryIds(manifest.specs, registry);
      await registry.apply(changes, signature);
      this.#applied = applied;
      this.#blank = manifest.blank;
      return operations;
    });
  }

  /**
   * Returns why files that were applied before look as if somebody was still writing them: a file that is saved is empty
   * for a moment, and a folder that is replaced is, too.
   */
  #unfinished({ specs, blank }: Manifest): string[] {
    const emptied = blank.filter((name) => !this.#blank.includes(name));
    const lines = emptied.map((name) => `${name}: no specs yet; write [] if it is to have none`);
    const isMeant = this.#files.some(({ name }) => !blank.includes(name));
    if (specs.length === 0 && lines.length === 0 && this.#applied!.size > 0 && !isMeant) {
      lines.push(`${this.#options.paths.join(", ")}: no spec files`);
    }
    return lines;
  }
}

function isSame(a: SpecFile, b: SpecFile): boolean {
  return a.name === b.name && a.text === b.text && a.unread?.message === b.unread?.message;
}
