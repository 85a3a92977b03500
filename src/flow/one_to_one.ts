import { type Answer, isError, NONE, type Value } from "../value/mod.ts";
import type { Node, Reply } from "./node.ts";
import type { Packet } from "./packet.ts";
import type { NodeSymbol } from "./symbol.ts";

/**
 * Creates a node with the ports `in`, `out` and `error`: sends what the action returns to `out`, or to `error` if it is
 * an error. If that port has no links, it is the node's answer. `NONE` is always answered, never sent.
 *
 * @example
 * ```ts
 * const upper = oneToOne(symbol, (payload) => String(payload).toUpperCase());
 * ```
 */
export function oneToOne(
  symbol: NodeSymbol,
  action: (payload: Value, packet: Packet) => Answer | Promise<Answer>,
): Node {
  const out = symbol.out("out");
  const error = symbol.out("error");
  const pass = (packet: Packet, answer: Answer): Reply =>
    answer === NONE ? NONE : packet.send(isError(answer) ? error : out, answer);
  return {
    receive(packet) {
      const answer = action(packet.payload, packet);
      if (!(answer instanceof Promise)) return pass(packet, answer);
      return answer.then((settled) => pass(packet, settled) as Answer);
    },
  };
}
