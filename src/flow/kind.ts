import type { KindDescription, Path } from "../spec/model/mod.ts";
import type { LogLevel, Value, ValueMap } from "../value/mod.ts";
import type { Flow } from "./flow.ts";
import type { Node } from "./node.ts";
import type { Process } from "./process.ts";
import type { NodeSymbol } from "./symbol.ts";

/** What a node is prepared from. */
export interface PrepareContext {
  /** Its symbol: the ports to send by. */
  readonly symbol: NodeSymbol;
  /** The fields of its spec: validated, defaults filled in, templates evaluated. */
  readonly fields: ValueMap;
  /** What runs its packets. */
  readonly flow: Flow;
  /** Where a field stands in the author's file, `file:line:column`, or the character at an offset of its text. */
  position(path: Path, offset?: number): string | undefined;
  /** Writes a log line in the name of the node. */
  log(level: LogLevel, message: string, process?: Process, data?: Value): void;
}

/** A node ready to run, and the way back. */
export interface Prepared {
  node: Node;
  /** Undoes what preparing did. Called once: when the change is refused, or when the symbol's last process has ended. */
  release?(): void | Promise<void>;
}

/** A part of a compound: a nested spec by its place, and one of its ports. */
export interface PartPort {
  part: number;
  port: string;
}

/** How a kind that is made of others is taken apart. */
export interface Compound {
  /** The nested specs, as the author wrote them. */
  parts: readonly ValueMap[];
  /** Links between them. */
  wires: readonly { from: PartPort; to: PartPort }[];
  /** Where that which comes in at a port of the whole goes; empty if there is no such port. */
  ins(port: string): readonly PartPort[];
  /** Which parts' ports lead out of a port of the whole; empty if there is no such port. */
  outs(port: string): readonly PartPort[];
}

/** A node kind: its description, where it runs, and how a spec becomes a node. */
export interface Kind<Context extends PrepareContext = PrepareContext> extends KindDescription {
  /**
   * Where its nodes run: on an executor, with no permission, or on the host, beside the sockets. Default `executor`.
   */
  readonly place?: "executor" | "host";
  /**
   * Whether a packet to one of its nodes changes nothing that someone outside could see, so that it may be repeated. For
   * kinds of the host; default false.
   */
  readonly pure?: boolean | ((fields: ValueMap) => boolean);
  /** Takes a spec apart; such a kind has no node of its own. */
  compound?(fields: ValueMap): Compound;
  /**
   * Turns a spec into a node. Does all that can fail; starts nothing (that is the node's `load`).
   *
   * @throws {Error} Why the spec cannot be run; the change that brought it is refused.
   */
  prepare?(context: Context): Prepared | Promise<Prepared>;
}
