import { MinHeap } from "./heap.ts";

/** For each number, the numbers that come after it. */
type Constraints = (number[] | undefined)[];

/** A graph of constraints on the order of things that are numbered from 0. */
export class ConstraintGraph {
  /** Created with the first constraint, as there is usually none. */
  #after: Constraints | undefined;
  #hardAfter: Constraints | undefined;

  constructor(readonly size: number) {}

  /**
   * Adds the constraint that one thing comes before another. One of a thing on itself is ignored.
   *
   * @param hard Whether it holds even in a cycle. Hard constraints alone must not form one.
   */
  before(first: number, second: number, hard = false): void {
    if (first === second) return;
    ((this.#after ??= new Array(this.size))[first] ??= []).push(second);
    if (hard) ((this.#hardAfter ??= new Array(this.size))[first] ??= []).push(second);
  }

  /**
   * Returns an order that keeps every constraint, with the smallest possible number at each place. Within a cycle only
   * the hard constraints are kept.
   *
   * @param onCycle Called with the members of each cycle (or of several that are joined), ascending.
   */
  order(onCycle: (members: number[]) => void): number[] {
    if (this.#after === undefined) return Array.from({ length: this.size }, (_, index) => index);
    const order = this.#kahn(this.#after);
    if (order.length === this.size) return order;
    return this.#kahn(this.#withoutCycles(this.#after, onCycle));
  }

  #kahn(after: Constraints): number[] {
    const waitsFor = new Int32Array(this.size);
    for (const seconds of after) for (const second of seconds ?? []) waitsFor[second]!++;
    const ready = new MinHeap();
    for (let i = 0; i < this.size; i++) if (waitsFor[i] === 0) ready.push(i);
    const order: number[] = [];
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      order.push(next);
      for (const second of after[next] ?? []) if (--waitsFor[second]! === 0) ready.push(second);
    }
    return order;
  }

  #withoutCycles(after: Constraints, onCycle: (members: number[]) => void): Constraints {
    const componentOf = components(after);
    const members = new Map<number, number[]>();
    componentOf.forEach((component, i) => {
      const known = members.get(component);
      if (known === undefined) members.set(component, [i]);
      else known.push(i);
    });
    for (const cycle of members.values()) if (cycle.length > 1) onCycle(cycle);
    return after.map((seconds, first) => {
      const between = seconds?.filter((second) => componentOf[second] !== componentOf[first]);
      return [...between ?? [], ...this.#hardAfter?.[first] ?? []];
    });
  }
}

/** Returns the number of the strongly connected component of each node (Tarjan's algorithm, without recursion). */
function components(after: Constraints): Int32Array {
  const size = after.length;
  const component = new Int32Array(size).fill(-1);
  const seenAt = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const open: number[] = [];
  let seen = 0;
  for (let root = 0; root < size; root++) {
    if (seenAt[root] !== -1) continue;
    const path: { node: number; next: number }[] = [{ node: root, next: 0 }];
    seenAt[root] = low[root] = seen++;
    open.push(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top;
      const second = after[node]?.[top.next++];
      if (second === undefined) {
        path.pop();
        const parent = path.at(-1)?.node;
        if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
        if (low[node] !== seenAt[node]) continue;
        for (let member = -1; member !== node;) component[member = open.pop()!] = node;
      } else if (seenAt[second] === -1) {
        path.push({ node: second, next: 0 });
        seenAt[second] = low[second] = seen++;
        open.push(second);
      } else if (component[second] === -1) {
        low[node] = Math.min(low[node]!, seenAt[second]!);
      }
    }
  }
  return component;
}
