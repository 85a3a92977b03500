import { summarize } from "../value/mod.ts";
import type { Node } from "./node.ts";
import type { InPort } from "./port.ts";

/** A packet that a node has received, as a trace shows it. */
export interface TracedPacket {
  /** The node and the in port: `hello.in`. */
  readonly to: string;
  /** The node and the out port that it was sent from, where both nodes are on one thread: `router.out[0]`. */
  readonly from?: string;
  /** The payload on one line, cut. */
  readonly payload: string;
}

/** Tells a function of each packet that a node receives from now on, before the node sees it. */
export function traceNode(node: Node, received: (packet: TracedPacket, process: number) => void): void {
  const receive = node.receive.bind(node);
  node.receive = (packet, port: InPort) => {
    const { via } = packet;
    const from = via === null ? {} : { from: `${via.symbol.name}.${via.name}` };
    received({ to: nameOf(port), ...from, payload: summarize(packet.payload) }, packet.process.number);
    return receive(packet, port);
  };
}

function nameOf(port: InPort): string {
  return `${port.symbol.name}.${port.name}`;
}
