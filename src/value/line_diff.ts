/** A line of a diff: unchanged (" "), removed ("-") or added ("+"). */
export interface DiffLine {
  sign: " " | "-" | "+";
  line: string;
}

/** The maximum number of edits to search for, as the search is quadratic; beyond it, everything counts as replaced. */
const MAX_EDITS = 1000;

/** Returns the shortest diff of two lists of lines (the greedy algorithm of E. W. Myers). */
export function diffLines(old: readonly string[], now: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  return [
    ...signed(" ", old.slice(0, start)),
    ...diffMiddle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...signed(" ", old.slice(old.length - end)),
  ];
}

/** Keeps at most `context` unchanged lines around each change; `undefined` replaces the omitted ones. */
export function withContext(lines: readonly DiffLine[], context: number): (DiffLine | undefined)[] {
  const kept = lines.map(() => false);
  lines.forEach(({ sign }, index) => {
    if (sign !== " ") kept.fill(true, Math.max(0, index - context), index + context + 1);
  });
  const result: (DiffLine | undefined)[] = [];
  lines.forEach((line, index) => {
    if (kept[index]) result.push(line);
    else if (result.length === 0 || result.at(-1) !== undefined) result.push(undefined);
  });
  return result;
}

function diffMiddle(old: readonly string[], now: readonly string[]): DiffLine[] {
  const trace = search(old, now);
  if (trace === undefined) return [...signed("-", old), ...signed("+", now)];
  const result: DiffLine[] = [];
  let x = old.length;
  let y = now.length;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const { from, down } = stepInto(trace[edits]!, x - y, edits);
    const fromX = edits === 0 ? 0 : from;
    const fromY = edits === 0 ? 0 : from - (x - y + (down ? 1 : -1));
    const afterX = edits === 0 ? 0 : down ? fromX : fromX + 1;
    for (; x > afterX; x--, y--) result.push({ sign: " ", line: old[x - 1]! });
    if (edits > 0) result.push(down ? { sign: "+", line: now[fromY]! } : { sign: "-", line: old[fromX]! });
    [x, y] = [fromX, fromY];
  }
  return result.reverse();
}

/** Returns, for each number of edits, the furthest point on each diagonal; undefined if there are too many edits. */
function search(old: readonly string[], now: readonly string[]): Map<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(old.length + now.length, MAX_EDITS); edits++) {
    trace.push(reach);
    const next = new Map<number, number>();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const { from, down } = stepInto(reach, diagonal, edits);
      let x = down ? from : from + 1;
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= old.length && x - diagonal >= now.length) return trace;
    }
    reach = next;
  }
  return undefined;
}

/** Chooses the better step onto a diagonal: down from the one above, or right from the one below. */
function stepInto(
  reach: ReadonlyMap<number, number>,
  diagonal: number,
  edits: number,
): { from: number; down: boolean } {
  const above = reach.get(diagonal + 1) ?? -1;
  const below = reach.get(diagonal - 1) ?? -1;
  const down = diagonal === -edits || diagonal !== edits && below < above;
  return { from: down ? above : below, down };
}

function signed(sign: DiffLine["sign"], lines: readonly string[]): DiffLine[] {
  return lines.map((line) => ({ sign, line }));
}
