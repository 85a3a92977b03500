import type { Kind } from "../../kind/mod.ts";
import type { Change, Operation, Registry, Signature, Snapshot } from "../../registry/mod.ts";
import { changesOf, entryIds, isApplicable, isExternal, readManifest } from "../../runtime/mod.ts";
import { formatDiagnostic, type Scheme } from "../../spec/mod.ts";
import { asError, type Value } from "../../value/mod.ts";
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
  #waiting = false;
  /** What was reported last about the files. */
  #reported = "";

  constructor(options: SpecSourceOptions) {
    this.#options = options;
  }

  /** Whether the files could not be applied for a reason outside of them, so that trying again may help. */
  get waiting(): boolean {
    return this.#waiting;
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
    if (!isSame) this.#reported = "";
    return !isSame;
  }

  /**
   * Applies the files to a registry as one version.
   *
   * @returns The operations, or undefined after reporting errors in the files.
   * @throws {Error} If a handler of the registry rejects the version.
   */
  async apply(registry: Registry, signature: Signature): Promise<readonly Operation[] | undefined> {
    this.#waiting = false;
    let made: SpecChanges | undefined;
    try {
      await registry.edit((head) => {
        made = this.#changes(registry, head);
        return made.changes;
      }, signature);
    } catch (thrown) {
      if (thrown instanceof ReportedError) return undefined;
      this.#waiting = isExternal(asError(thrown));
      throw thrown;
    }
    this.#applied = made!.applied;
    return made!.operations;
  }

  /** Returns what changes when the files are applied to the specs at head. @throws {ReportedError} */
  #changes(registry: Registry, head: Snapshot): SpecChanges {
    const { terminal: _, paths: __, ...options } = this.#options;
    const covers = this.#applied;
    const manifest = readManifest(this.#files, { ...options, registry: head, ...covers !== undefined && { covers } });
    const lines = manifest.diagnostics.map(formatDiagnostic);
    if (!isApplicable(manifest)) {
      this.#report(lines);
      throw new ReportedError();
    }
    const changes = changesOf(manifest.specs, head, covers);
    const operations = registry.plan(changes, head);
    const broken = brokenLinks(head.state, operations).map((link) => `warning: ${describeBroken(link)}`);
    this.#report([...lines, ...broken]);
    return { changes, operations, applied: entryIds(manifest.specs, head) };
  }

  /** Prints warnings and errors, unless it has just printed the same: a second attempt mostly finds the same. */
  #report(lines: readonly string[]): void {
    const text = lines.join("\n");
    if (text !== this.#reported) { for (const line of lines) this.#options.terminal.warn(line); }
    this.#reported = text;
  }
}

/** What changes when files are applied. */
interface SpecChanges {
  changes: readonly Change[];
  operations: readonly Operation[];
  /** The ids of the entries that the files stand for. */
  applied: ReadonlySet<string>;
}

/** Says that the files cannot be applied, after their problems have been reported. */
class ReportedError extends Error {}
