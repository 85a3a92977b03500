import { type OutPort, type Packet, SENT } from "../flow/mod.ts";
import { type Answer, isError, NONE, type Value } from "../value/mod.ts";
import type { Call, CallProcess, Reply } from "./call.ts";
import type { Handler } from "./define.ts";
import { type Gate, type Outcome, recordHandled } from "./engine/mod.ts";
import type { Preparation } from "./kind.ts";
import type { Port } from "./port.ts";

/** A call behind a gate: what its handler sends is kept, and leaves when the gate has seen it. */
class GatedCall implements Call {
  readonly answers = null;
  sent: Outcome | undefined;
  readonly #packet: Packet;

  constructor(packet: Packet, readonly payload: Value) {
    this.#packet = packet;
  }

  /** The packet of the call. */
  get packet(): Packet {
    return this.#packet;
  }

  get process(): CallProcess {
    return this.#packet.process;
  }

  get signal(): AbortSignal {
    return this.#packet.signal;
  }

  send(port: Port, payload: Value, then?: unknown): Reply {
    if (then !== undefined && then !== null) throw new Error("a host handler cannot continue after it has sent");
    if (this.sent !== undefined) throw new Error("a host handler can send once");
    this.sent = { port: port.name, payload };
    return SENT;
  }

  sendAll(): never {
    throw new Error("a host handler can send once");
  }
}

/** Makes the receiver of a handler behind a gate. */
export function gatedReceiver(
  gate: Gate,
  name: string,
  handler: Handler,
  ports: {
    readonly out: OutPort | undefined;
    readonly error: OutPort | undefined;
    readonly handled: Preparation["handled"];
  },
): (packet: Packet) => Reply {
  const run = (packet: Packet, payload: Value): Outcome | Promise<Outcome> => {
    const call = new GatedCall(packet, payload);
    const outcome = (result: Answer | typeof SENT): Outcome => {
      if (result === SENT) return call.sent ?? { port: null, payload: NONE };
      if (result === NONE) return { port: null, payload: NONE };
      const port = isError(result) ? ports.error : ports.out;
      return { port: port?.name ?? null, payload: result };
    };
    const result = handler(payload, call);
    return result instanceof Promise ? result.then(outcome) : outcome(result);
  };
  const leave = (packet: Packet, { port, payload }: Outcome): Answer | typeof SENT => {
    if (port === null || payload === NONE) return payload;
    if (isError(payload) && port === ports.error?.name) recordHandled(ports, packet, ports.error, payload);
    // without a continuation it is no promise
    return packet.send(packet.port!.symbol.out(port), payload) as Answer | typeof SENT;
  };
  return (packet) => {
    const outcome = gate(name, packet, (payload) => run(packet, payload));
    return outcome instanceof Promise ? outcome.then((settled) => leave(packet, settled)) : leave(packet, outcome);
  };
}
