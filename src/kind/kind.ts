import type { Compound, Flow, Node, NodeSymbol, Packet, PartPort } from "../flow/mod.ts";
import type { KindDescription, Path } from "../spec/model/mod.ts";
import type { Failure, ValueMap } from "../value/mod.ts";
import type { Gate } from "./engine/mod.ts";
import type { Clock, Log, Metrics, Random } from "./services.ts";

export type { Compound, PartPort };

/**
 * Where the nodes of a kind run: on an executor, without any permission; on the host, with the permissions of the
 * program; or, for a kind that neither runs user code nor needs a permission, wherever their packet is.
 */
export type Place = "executor" | "host" | "any";

/**
 * What running a call twice would mean to somebody outside:
 *
 * - `none`: nothing, it only reads or computes;
 * - `idempotent`: nothing, if the second call carries the same key;
 * - `transactional`: nothing, because it belongs to the transaction of its process;
 * - `once`: it must not run twice.
 */
export type Effect = "none" | "idempotent" | "transactional" | "once";

/**
 * What the engine prepares a node with; `defineKind` makes the kind's own context of it.
 *
 * @internal
 */
export interface Preparation {
  /** The node's symbol: its name and its ports. */
  readonly symbol: NodeSymbol;
  /** The fields of the spec: validated, defaults filled in, templates evaluated. */
  readonly fields: ValueMap;
  /** Runs the node's packets. */
  readonly flow: Flow;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  /** The variables that the kind has asked for with `env`: those that the node has bound, else those that are granted. */
  readonly env: Readonly<Record<string, string>>;
  /** Records an error that leaves by a linked `error` port; absent where nothing is recorded. */
  handled?(packet: Packet, error: Failure): void;
  /** Stands between the payloads and the outcomes of handlers; absent where nothing does. */
  readonly gate?: Gate;
  /** Returns where a field stands, `file:line:column`, or the character at an offset of its string. */
  position(path: Path, offset?: number): string | undefined;
}

/**
 * A prepared node.
 *
 * @internal
 */
export interface Prepared {
  readonly node: Node;
  /** Undoes what preparing did. Called once. */
  release?(): void | Promise<void>;
}

/** A node kind: its description, and how a spec of the kind becomes a node. Made by `defineKind` or `defineCompound`. */
export interface Kind extends KindDescription {
  /** Default `executor`. */
  readonly place?: Place;
  /** Default `once` for host kinds; kinds of other places have no effect. */
  readonly effect?: Effect | ((fields: ValueMap) => Effect);
  /** Whether the outcome may depend on the order of calls in different branches of a process. Default true. */
  readonly ordered?: boolean;
  /** Names of the variables that its nodes may read. */
  readonly env?: readonly string[];
  /** Returns what a spec is made of; such a kind has no node of its own. */
  compound?(fields: ValueMap): Compound;
  /**
   * Makes a node. Everything that can fail happens here; nothing is started.
   *
   * @throws {Error} Why the spec cannot run; the change that brought it is rejected.
   */
  prepare?(preparation: Preparation): Prepared | Promise<Prepared>;
}
