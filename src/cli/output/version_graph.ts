import type { Version } from "../../registry/mod.ts";

/** A version with the lines of the graph that stand before it. */
export interface GraphRow {
  version: Version;
  /** The lines that lead past it and to it, with a mark for it: `| *`. */
  mark: string;
  /** A row between it and the next one, where lines meet: `|/`. */
  joint?: string;
}

/**
 * The tree of versions as a graph, the newest first: a column a branch. Head is marked with `*`, every other version
 * with `o`.
 */
export function versionGraph(versions: readonly Version[], head: number): GraphRow[] {
  /** The version that each column leads down to. */
  let columns: (number | undefined)[] = [];
  return versions.toSorted((a, b) => b.id - a.id).map((version) => {
    const { id, parent } = version;
    let own = columns.indexOf(id);
    if (own < 0) own = columns.push(id) - 1;
    const mark = columns.map((to, column) => column === own ? (id === head ? "*" : "o") : to === undefined ? " " : "|");
    columns[own] = parent;
    const other = parent === undefined ? -1 : columns.findIndex((to, column) => to === parent && column !== own);
    const row: GraphRow = { version, mark: mark.join(" ") };
    if (other >= 0) {
      const [left, right] = [Math.min(own, other), Math.max(own, other)];
      row.joint = jointOf(columns, left, right);
      columns[right] = undefined;
    }
    while (columns.length > 0 && columns.at(-1) === undefined) columns = columns.slice(0, -1);
    return row;
  });
}

/** A row in which the line of one column goes over to another on its left. */
function jointOf(columns: readonly (number | undefined)[], left: number, right: number): string {
  let text = "";
  for (let column = 0; column <= Math.max(right, columns.length - 1); column++) {
    if (column > 0) text += column === right ? "/" : column > left && column < right ? "_" : " ";
    const passes = columns[column] !== undefined && column !== right;
    text += passes ? "|" : column > left && column < right ? "_" : " ";
  }
  return text.trimEnd();
}
