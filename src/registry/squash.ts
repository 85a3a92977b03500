import type { Entry } from "./entry.ts";
import { Id } from "./id.ts";
import { creation, type Operation, removal, replacement } from "./operation.ts";

/** Told of an operation that cannot follow what came before it: a create of what is there, an update of what is gone. */
export type OnContradiction = (earlier: Operation, later: Operation) => void;

/** What is left of the operations on one entry so far: what was there before the first of them, what is there now. */
interface Net {
  last: Operation;
  /** What a delete took away, where a create of another kind followed it. */
  replaced: Entry | undefined;
}

/**
 * Changesets as one: of each entry what it was before all of them and what it is after them, so that the one can be
 * reversed as they could be. Ordered by id; what is deleted and created again as another kind stays a pair.
 *
 * | then | create | update | delete |
 * | --- | --- | --- | --- |
 * | create | create* | create | nothing |
 * | update | create* | update, from the first original | delete of the first original |
 * | delete | update, if of the same kind; else both | create* | the first delete* |
 *
 * A star marks what no sequence of valid changesets contains.
 */
export function squash(changesets: Iterable<readonly Operation[]>, onContradiction?: OnContradiction): Operation[] {
  const nets = new Map<Id, Net>();
  for (const operations of changesets) {
    for (const operation of operations) {
      const net = nets.get(operation.id);
      if (net === undefined) nets.set(operation.id, { last: operation, replaced: undefined });
      else if (!follow(net, operation, onContradiction)) nets.delete(operation.id);
    }
  }
  const squashed: Operation[] = [];
  for (const id of [...nets.keys()].sort(Id.compare)) {
    const { last, replaced } = nets.get(id)!;
    if (replaced !== undefined) squashed.push(removal(replaced));
    squashed.push(last);
  }
  return squashed;
}

/** Takes one more operation into account. False if nothing is left to do. */
function follow(net: Net, next: Operation, onContradiction: OnContradiction | undefined): boolean {
  const { last, replaced } = net;
  if (next.kind === "create") {
    if (last.kind !== "delete") onContradiction?.(last, next);
    else if (last.original.kind === next.entry.kind) {
      net.last = replacement(next.entry, last.original);
      return true;
    } else net.replaced = last.original;
    net.last = next;
  } else if (next.kind === "update") {
    if (last.kind === "delete") onContradiction?.(last, next);
    net.last = last.kind === "update" ? replacement(next.entry, last.original) : creation(next.entry);
  } else if (last.kind === "delete") {
    onContradiction?.(last, next);
  } else if (last.kind === "update") {
    net.last = removal(last.original);
  } else if (replaced !== undefined) {
    net.last = removal(replaced);
    net.replaced = undefined;
  } else {
    return false;
  }
  return true;
}
