import type { VersionReport } from "../../api/stored/mod.ts";

/** A version with its part of the graph. */
export interface GraphRow {
  version: VersionReport;
  /** The columns of the graph, with a mark for the version: `| *`. */
  mark: string;
  /** An extra row below it if branches meet: `|/`. */
  joint?: string;
}

/** Draws the tree of versions, newest first, with a column per branch. `*` marks head and `o` other versions. */
export function versionGraph(versions: readonly VersionReport[]): GraphRow[] {
  /** The next version in each column. */
  let columns: (number | undefined)[] = [];
  return versions.toSorted((a, b) => b.id - a.id).map((version) => {
    const { id, parent, head } = version;
    let own = columns.indexOf(id);
    if (own < 0) own = columns.push(id) - 1;
    const mark = columns.map((to, column) => column === own ? (head ? "*" : "o") : to === undefined ? " " : "|");
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

/** Draws the row in which one column joins another on its left. */
function jointOf(columns: readonly (number | undefined)[], left: number, right: number): string {
  let text = "";
  for (let column = 0; column <= Math.max(right, columns.length - 1); column++) {
    if (column > 0) text += column === right ? "/" : column > left && column < right ? "_" : " ";
    const passes = columns[column] !== undefined && column !== right;
    text += passes ? "|" : column > left && column < right ? "_" : " ";
  }
  return text.trimEnd();
}
