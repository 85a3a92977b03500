import type { Locator, Origin, Path, Position, SpecSource } from "../spec/mod.ts";
import type { Scope } from "./scope.ts";

/** A value that was put into a spec of a module. */
export interface Filled {
  /** Where it is in the spec. */
  readonly path: Path;
  /** What the names in it are names of. */
  readonly scope: Scope;
  /** Where it was written. */
  readonly source: SpecSource;
  readonly from: Path;
}

/** Returns the value that was put where a path leads: the innermost one. */
export function filledAt(filled: readonly Filled[], path: Path): Filled | undefined {
  let found: Filled | undefined;
  for (const one of filled) {
    if (one.path.length > path.length || one.path.some((step, index) => path[index] !== step)) continue;
    if (found === undefined || one.path.length >= found.path.length) found = one;
  }
  return found;
}

/** The positions of a spec of a module: in the module's file, or where a value that was put into it was written. */
export class ImportedSource implements SpecSource {
  readonly #source: SpecSource;
  readonly #filled: readonly Filled[];
  readonly #note: string | undefined;

  /** @param note Says which module it is and what imports it; undefined if nothing does. */
  constructor(source: SpecSource, filled: readonly Filled[], note: string | undefined) {
    this.#source = source;
    this.#filled = filled;
    this.#note = note;
  }

  get file(): string {
    return this.#source.file;
  }

  position(path: Path): Position {
    return this.#ask(path, (source, path) => source.position(path));
  }

  keyPosition(path: Path): Position {
    return this.#ask(path, (source, path) => source.keyPosition(path)) as Position;
  }

  locate(path: Path, offset: number): Position {
    return this.#ask(path, (source, path) => source.locate(path, offset)) as Position;
  }

  aliasOf(path: Path): string | undefined {
    return this.#ask(path, (source: Locator, path) => source.aliasOf?.(path));
  }

  noteAt(path: Path): string | undefined {
    const inner = filledAt(this.#filled, path)?.source.noteAt?.(path);
    return inner ?? this.#note;
  }

  origin(): Origin {
    const origin = this.#source.origin();
    if (this.#filled.length === 0) return origin;
    const texts = { ...origin.texts };
    for (const { path, source, from } of this.#filled) {
      for (const key of Object.keys(texts)) if (isWithin(path, JSON.parse(key))) delete texts[key];
      const other = source.origin();
      for (const [key, text] of Object.entries(other.texts)) {
        const at = JSON.parse(key) as Path;
        if (isWithin(from, at)) {
          texts[JSON.stringify([...path, ...at.slice(from.length)])] = { file: other.file, ...text };
        }
      }
    }
    return { ...origin, texts };
  }

  #ask<T>(path: Path, of: (source: SpecSource, path: Path) => T): T {
    const filled = filledAt(this.#filled, path);
    if (filled === undefined) return of(this.#source, path);
    return of(filled.source, [...filled.from, ...path.slice(filled.path.length)]);
  }
}

function isWithin(path: Path, inner: Path): boolean {
  return path.length <= inner.length && path.every((step, index) => inner[index] === step);
}
