import type { NodeSymbol } from "../../flow/mod.ts";
import type { Internals } from "../internals.ts";
import type { Subscription } from "./subscription.ts";

/** The subscriptions of an engine, by the names of their nodes. */
export type Subscriptions = Map<string, Subscription>;

/** Returns the subscriptions of the engine, for as long as the node is not released. */
export async function subscriptionsOf({ useShared }: Pick<Internals, "useShared">): Promise<Subscriptions> {
  return await useShared("subscriptions", () => new Map());
}

/** Yields the nodes that take messages. */
export function* listening(subscriptions: Subscriptions): Generator<NodeSymbol> {
  for (const { symbol } of subscriptions.values()) if (symbol !== undefined) yield symbol;
}
