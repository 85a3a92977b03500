import type { Kind } from "../../kind/mod.ts";
import type { Operation, Registry, Signature } from "../../registry/mod.ts";
import { changesOf, entryIds, isApplicable, readManifest } from "../../runtime/mod.ts";
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
   * Applies the files to a registry as one version.
   *
   * @returns The operations, or undefined after reporting errors in the files.
   * @throws {Error} If a handler of the registry rejects the version.
   */
  async apply(registry: Registry, signature: Signature): Promise<readonly Operation[] | undefined> {
    return await write(registry, undefined, async () => {
      const { terminal, paths: _, ...options } = this.#options;
      const covers = this.#applied;
      const manifest = readManifest(this.#files, { ...options, registry, ...covers !== undefined && { covers } });
      for (const diagnostic of manifest.diagnostics) terminal.warn(formatDiagnostic(diagnostic));
      if (!isApplicable(manifest)) return undefined;
      const changes = changesOf(manifest.specs, registry, covers);
      const operations = registry.plan(changes);
      for (const broken of brokenLinks(registry.snapshot().state, operations)) {
        terminal.warn(`warning: ${describeBroken(broken)}`);
      }
      const applied = entryIds(manifest.specs, registry);
      await registry.apply(changes, signature);
      this.#applied = applied;
      return operations;
    });
  }
}
