import { formatPosition, type Path, type Position } from "../../spec/mod.ts";
import type { TestWorkflow } from "../workflow.ts";

/** A link, and whether a packet has taken it. */
export interface CoveredLink {
  /** Where it stands; undefined if that is not known. */
  readonly position: Position | undefined;
  readonly from: string;
  readonly to: string;
  isTaken: boolean;
}

/** Which links of the specs packets have taken, in all tests. */
export class Coverage {
  readonly #links = new Map<string, CoveredLink>();

  /** Adds what has happened in a test. @param positionOf Returns where a part of a spec stands. */
  add(workflow: TestWorkflow, positionOf: (spec: string, path: Path) => Position | undefined): void {
    const taken = new Set(workflow.received.map(({ from, to }) => `${from} > ${to}`));
    for (const { from, to, spec, path } of workflow.links()) {
      const position = positionOf(spec, path);
      const link = `${from} > ${to}`;
      const key = `${position === undefined ? "" : formatPosition(position)} ${link}`;
      let known = this.#links.get(key);
      if (known === undefined) this.#links.set(key, known = { position, from, to, isTaken: false });
      known.isTaken ||= taken.has(link);
    }
  }

  /** Returns all links, by their places. */
  list(): CoveredLink[] {
    return [...this.#links.values()].sort((a, b) => compare(a.position, b.position));
  }
}

function compare(a: Position | undefined, b: Position | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
