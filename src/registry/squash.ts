import type { Entry } from "./entry.ts";
import { Id } from "./id.ts";
import { creation, type Operation, removal, replacement } from "./operation.ts";

/** Called for an operation that cannot follow an earlier one, such as a create of an existing entry. */
export type OnContradiction = (earlier: Operation, later: Operation) => void;

/** The operations on one entry so far, as one: from what was there before the first to what is there after the last. */
interface Net {
  last: Operation;
  /** The deleted entry, if a create of another kind followed. */
  replaced: Entry | undefined;
}

/**
 * Combines changesets into one, which leads for each entry from what it was before all of them to what it is after
 * them, and can be reversed as they can. Ordered by id; a delete and a create of another kind stay a pair.
 *
 * | then | create | update | delete |
 * | --- | --- | --- | --- |
 * | create | create* | create | nothing |
 * | update | create* | update, from the first original | delete of the first original |
 * | delete | update, if of the same kind; else both | create* | the first delete* |
 *
 * A star marks what a sequence of valid changesets never contains.
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

/** Adds an operation. Returns false if nothing is left to do. */
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
