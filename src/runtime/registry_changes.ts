import type { Entry, Operation, Registry, Version } from "../registry/mod.ts";
import { failure, isMap, kindOf, type Value, type ValueMap } from "../value/mod.ts";
import { entryToMap } from "./entry.ts";

/** Which changes to tell. */
interface ChangeFilter {
  /** The version after which to begin. Default: the one that is head. */
  readonly version?: number;
  readonly namespace?: string;
  readonly kind?: string;
}

/**
 * Yields what changes in a registry, as it comes: nothing is kept for a reader that is slow, the history has it.
 *
 * @param given See `System.watchRegistry`.
 * @param signal Ends it.
 */
export function registryChanges(registry: Registry, given: Value, signal: AbortSignal): AsyncGenerator<ValueMap, void> {
  return changes(registry, filterOf(given), signal);
}

async function* changes(
  registry: Registry,
  filter: ChangeFilter,
  signal: AbortSignal,
): AsyncGenerator<ValueMap, void> {
  const head = await registry.head();
  const from = filter.version ?? head.version;
  if (await registry.versionOf(from) === undefined) throw invalid(`unknown version ${from}`);
  yield { event: "registry.head", version: from };
  if (from !== head.version) yield* transition(registry, from, head.version, filter);
  for await (const { version, previous } of registry.history.watch(head.sequence, signal)) {
    yield* transition(registry, previous, version, filter);
  }
}

/** Yields the events of a move of head. */
async function* transition(
  registry: Registry,
  from: number,
  to: number,
  filter: ChangeFilter,
): AsyncGenerator<ValueMap, void> {
  for (const operation of await registry.delta(from, to)) {
    if (isWanted(operation, filter)) yield eventOf(operation, to);
  }
  yield commitOf(from, to, await registry.versionOf(to));
}

function isWanted(operation: Operation, { namespace, kind }: ChangeFilter): boolean {
  return (namespace === undefined || operation.id.namespace === namespace) &&
    (kind === undefined || entryOf(operation).kind === kind);
}

function eventOf(operation: Operation, version: number): ValueMap {
  const { kind, id: { namespace, name } } = operation;
  return { event: `entry.${kind}`, version, namespace, name, entry: entryToMap(entryOf(operation)) };
}

/** Returns the entry as it is after an operation, or was before a delete. */
function entryOf(operation: Operation): Entry {
  return operation.kind === "delete" ? operation.original : operation.entry;
}

function commitOf(from: number, version: number, known: Version | undefined): ValueMap {
  return {
    event: "registry.commit",
    version,
    from,
    time: known?.time.toISOString() ?? null,
    author: known?.author ?? null,
    message: known?.message ?? null,
  };
}

const FILTERS = ["version", "namespace", "kind"];

function filterOf(given: Value): ChangeFilter {
  // a request may come as it is
  if (given === null || isMap(given) && typeof given.method === "string" && typeof given.path === "string") return {};
  if (!isMap(given)) throw invalid(`invalid payload: expected a map or null, not a ${kindOf(given)}`);
  const foreign = Object.keys(given).find((key) => !FILTERS.includes(key));
  if (foreign !== undefined) throw invalid(`unknown field "${foreign}": known fields are ${FILTERS.join(", ")}`);
  const { version, namespace, kind } = given;
  if (version !== undefined && (typeof version !== "number" || !Number.isInteger(version) || version < 0)) {
    throw invalid("invalid version: expected a whole number");
  }
  for (const [name, value] of Object.entries({ namespace, kind })) {
    if (value !== undefined && typeof value !== "string") throw invalid(`invalid ${name}: expected a string`);
  }
  return given as ChangeFilter;
}

function invalid(message: string): Error {
  return failure(message, { code: "invalid", cause: failure("invalid argument") });
}
