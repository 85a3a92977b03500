import type { KindDescription, Path } from "../spec/model/mod.ts";
import type { LogLevel, Value, ValueMap } from "../value/mod.ts";
import type { Flow } from "./flow.ts";
import type { Node } from "./node.ts";
import type { Process } from "./process.ts";
import type { NodeSymbol } from "./symbol.ts";

/** The context in which a node is prepared. */
export interface PrepareContext {
  /** The symbol of the node, which holds its ports. */
  readonly symbol: NodeSymbol;
  /** The fields of its spec: validated, defaults filled in, templates evaluated. */
  readonly fields: ValueMap;
  /** The flow that runs its packets. */
  readonly flow: Flow;
  /**
   * Returns the position of a field in the spec author's file, `file:line:column`.
   *
   * @param offset Of a character in the field's string. Default: the start of the field.
   */
  position(path: Path, offset?: number): string | undefined;
  /** Writes a log line on behalf of the node. */
  log(level: LogLevel, message: string, process?: Process, data?: Value): void;
}

/** A node that is ready to run. */
export interface Prepared {
  node: Node;
  /** Undoes what preparing did. Called once, when the change is rejected or the symbol's last process has ended. */
  release?(): void | Promise<void>;
}

/** A port of a part of a compound. `part` is the index of the nested spec. */
export interface PartPort {
  part: number;
  port: string;
}

/** The parts of a compound and how they are linked. */
export interface Compound {
  /** The nested specs as the spec author wrote them. */
  parts: readonly ValueMap[];
  /** Links between the parts. */
  wires: readonly { from: PartPort; to: PartPort }[];
  /** Returns the in ports of parts that an in port of the compound leads to; none for an unknown port. */
  ins(port: string): readonly PartPort[];
  /** Returns the out ports of parts that lead to an out port of the compound; none for an unknown port. */
  outs(port: string): readonly PartPort[];
}

/** A node kind: its description, where its nodes run, and how a spec becomes a node. */
export interface Kind<Context extends PrepareContext = PrepareContext> extends KindDescription {
  /**
   * Where its nodes run: on an executor, without permissions, or on the host, next to the sockets. Default `executor`.
   */
  readonly place?: "executor" | "host";
  /**
   * Whether a packet to one of its nodes has no effect outside of the process, so that it can be repeated safely. Only
   * for kinds that run on the host. Default false.
   */
  readonly pure?: boolean | ((fields: ValueMap) => boolean);
  /** Splits a spec into its parts. A kind with this method is a compound and has no node of its own. */
  compound?(fields: ValueMap): Compound;
  /**
   * Creates the node of a spec. Must do everything that can fail, but start nothing: that is for the node's `load`.
   *
   * @throws {Error} If the spec cannot be run. The change that contains it is rejected.
   */
  prepare?(context: Context): Prepared | Promise<Prepared>;
}
