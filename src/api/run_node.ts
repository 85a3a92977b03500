import { NodeSymbol, OutPort } from "../flow/mod.ts";
import type { Kind, RunOptions } from "../kind/mod.ts";
import { change, type Entry } from "../registry/mod.ts";
import { run, Runtime, type RuntimeOptions } from "../runtime/mod.ts";
import { type Evaluate, nearest, normalizePort, Scheme } from "../spec/mod.ts";
import { type Answer, asError, failure, isError, type Value } from "../value/mod.ts";
import { apply } from "./apply.ts";
import type { Specs } from "./specs.ts";

/** Options of `runNode`. */
export interface RunNodeOptions extends RunOptions {
  /** The name or the id of the node. */
  readonly node: string;
  /** The in port. Default `in`. */
  readonly port?: string | undefined;
  readonly payload: Value;
  /** The specs: files, or the entries of a version of a store. */
  readonly specs: { readonly files: Specs; readonly evaluate: Evaluate } | { readonly entries: readonly Entry[] };
  /** The kinds. */
  readonly scheme: Scheme<Kind>;
  /** What the runtime is started with. */
  readonly runtime?: Omit<RuntimeOptions, "store" | "scheme">;
}

/** Where the packet comes from. */
const CALLER = new NodeSymbol({ number: 0, id: "run", name: "run", kind: "run", ins: [] });

/**
 * Starts specs without their sources, sends a payload to an in port of a node in a process of its own, and waits for the
 * end of that. Nothing is bound, and no source runs anything: `listener`, `cron` and other kinds without an in port.
 *
 * @returns The answer; an error of the workflow is returned, not thrown.
 * @throws {SpecsError} If a spec is invalid.
 * @throws {Error} If a spec cannot be prepared, or there is no such node or port.
 */
export async function runNode(options: RunNodeOptions): Promise<Answer> {
  const { node, port = "in", payload, specs, scheme, timeout, signal } = options;
  const kinds = new Scheme([...scheme].map(withoutSource), scheme.dataKinds);
  let failed: Error | undefined;
  await using runtime = await Runtime.start({ executors: 1, ...options.runtime, store: "memory:", scheme: kinds });
  if ("entries" in specs) await load(runtime, specs.entries);
  else await apply(runtime, specs.files, { scheme: kinds, evaluate: specs.evaluate });
  const start = new OutPort(CALLER, "out");
  start.link(0, portsOf(runtime, node, port));
  const { flow, processes } = runtime;
  const limits = { ...timeout !== undefined && { timeout }, ...signal !== undefined && { signal } };
  const answer = await run({ flow, processes, failed: (_, error) => failed = error }, start, payload, limits);
  const ended = failed ?? answer;
  return isError(ended) ? runtime.redactor.redactError(ended) : ended;
}

/** Puts the entries of a store into a runtime, the version of which is left alone. */
async function load({ registry }: Runtime, entries: readonly Entry[]): Promise<void> {
  try {
    await registry.apply(entries.map((entry) => change.create(entry)));
  } catch (thrown) {
    const { code, cause } = asError(thrown);
    throw code === "rejected" && cause !== undefined ? cause : thrown;
  }
}

/** Returns the in ports of a node that a name stands for. @throws {Error} If there are none: it says what there is. */
function portsOf({ loader, namespace }: Runtime, name: string, port: string) {
  const { table } = loader;
  const unit = table.get(name) ?? table.named(name);
  const kind = unit && loader.scheme.get(unit.spec.kind);
  if (unit === undefined || kind === undefined) {
    const names = [...table.units()].map(({ unit: { spec } }) => spec.name ?? spec.id);
    const meant = nearest(name, names);
    const known = names.length === 0
      ? `namespace ${JSON.stringify(namespace)} has no nodes`
      : meant === undefined
      ? `namespace ${JSON.stringify(namespace)} has ${names.slice(0, 20).join(", ")}`
      : `did you mean ${JSON.stringify(meant)}?`;
    throw failure(`unknown node ${JSON.stringify(name)}; ${known}`, { code: "not_found" });
  }
  const ports = table.ports(name, normalizePort(port, kind.ports.in) ?? port);
  if (ports.length > 0) return ports;
  if (kind.ports.in.length > 0) {
    const known = kind.ports.in.join(", ");
    throw failure(`unknown in port ${JSON.stringify(port)} of ${name}; it has ${known}`, { code: "not_found" });
  }
  const behind = [...new Set(Object.values(unit.spec.links).flat().map((link) => link.name ?? link.id))];
  const hint = behind.length === 0 ? "" : `; run a node behind it: ${behind.join(", ")}`;
  throw failure(`${name} takes no packets, as a ${kind.name} is a source${hint}`, { code: "invalid" });
}

/** Returns a kind whose nodes do nothing if they are sources. */
function withoutSource(kind: Kind): Kind {
  if (kind.prepare === undefined || kind.place !== "host" || kind.ports.in.length > 0) return kind;
  return { ...kind, prepare: () => ({ node: { receive: () => null } }) };
}
