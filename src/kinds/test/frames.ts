import type { Packet, Process } from "../../flow/mod.ts";
import type { Value } from "../../value/mod.ts";

/** A node, and a port of it. */
export interface FrameTarget {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly port: string;
}

/** A packet that has passed a port, and where it stands among those of its process. */
export interface Frame {
  readonly payload: Value;
  readonly index: number;
}

/** A port that a packet has passed. */
interface Passed {
  readonly id: string;
  readonly name: string;
  readonly port: string;
  readonly packet: Packet;
}

/** The packets that have passed the ports of nodes, in order, for the processes that are watched. */
export class Frames {
  readonly #passed = new WeakMap<Process, Passed[]>();

  /** Records the packets of a process and of its children from now on. */
  watch(process: Process): void {
    this.#passed.set(process, []);
  }

  /** Records a packet that a node has received: it has left a port, and come in by another. */
  record(packet: Packet): void {
    const passed = this.#passed.get(packet.process.root);
    if (passed === undefined) return;
    for (const port of [packet.via, packet.port]) {
      if (port === null) continue;
      const { id, name } = port.symbol;
      passed.push({ id, name, port: port.name, packet });
    }
  }

  /**
   * Returns the first packet from an index on that has passed a port.
   *
   * @returns Undefined if there is none; null if the process is not watched.
   */
  find(process: Process, target: FrameTarget, from: number): Frame | undefined | null {
    const passed = this.#passed.get(process.root);
    if (passed === undefined) return null;
    for (let index = Math.max(from, 0); index < passed.length; index++) {
      const { id, name, port, packet } = passed[index]!;
      if (target.id === undefined ? name !== target.name : id !== target.id) continue;
      if (port === target.port || port === `${target.port}[0]`) return { payload: packet.payload, index };
    }
    return undefined;
  }
}

/** What a test puts beside the context of its nodes. */
export interface Recording {
  /** Absent in an engine, which records no packets. */
  readonly frames?: Frames;
}
