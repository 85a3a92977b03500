import { type Answer, isError, NONE, type Value } from "../value/mod.ts";
import type { Node, Reply } from "./node.ts";
import type { Packet } from "./packet.ts";
import type { NodeSymbol } from "./symbol.ts";

/**
 * A node with `in`, `out` and `error`: what its action answers goes to `out`, an error to `error`; where the port is
 * linked to nothing, back to whoever sent the packet. `NONE` is answered as it is.
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
