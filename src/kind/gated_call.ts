import { type OutPort, type Packet, SENT } from "../flow/mod.ts";
import { type Answer, isError, NONE, type Value } from "../value/mod.ts";
import type { Call, CallProcess, Continuation, Reply } from "./call.ts";
import type { Handler } from "./define.ts";
import { type Gate, type Outcome, recordHandled } from "./engine/mod.ts";
import type { Preparation } from "./kind.ts";
import type { Port } from "./port.ts";

/** A call behind a gate: what its handler sends is kept, and leaves when the gate has seen it. */
class GatedCall implements Call {
  readonly answers = null;
  sent: Outcome | undefined;
  /** What handles the answer to what was sent. */
  then: Continuation | null = null;
  readonly #packet: Packet;
  readonly #mayContinue: boolean;

  constructor(packet: Packet, readonly payload: Value, mayContinue: boolean) {
    this.#packet = packet;
    this.#mayContinue = mayContinue;
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

  send(port: Port, payload: Value, then: Continuation | null = null): Reply {
    if (then !== null && !this.#mayContinue) {
      throw new Error('a host handler whose effect is not "none" cannot continue after it has sent');
    }
    if (this.sent !== undefined) throw new Error("a host handler can send once");
    this.then = then;
    this.sent = { port: port.name, payload };
    return SENT;
  }

  sendAll(): never {
    throw new Error("a host handler can send once");
  }
}

/**
 * Makes the receiver of a handler behind a gate.
 *
 * @param mayContinue Whether the handler may handle the answer to what it has sent, which no gate sees.
 */
export function gatedReceiver(
  gate: Gate,
  name: string,
  handler: Handler,
  ports: {
    readonly out: OutPort | undefined;
    readonly error: OutPort | undefined;
    readonly handled: Preparation["handled"];
  },
  mayContinue: boolean,
): (packet: Packet) => Reply {
  const run = (call: GatedCall): Outcome | Promise<Outcome> => {
    const outcome = (result: Answer | typeof SENT): Outcome => {
      if (result === SENT) return call.sent ?? { port: null, payload: NONE };
      if (result === NONE) return { port: null, payload: NONE };
      const port = isError(result) ? ports.error : ports.out;
      return { port: port?.name ?? null, payload: result };
    };
    const result = handler(call.payload, call);
    return result instanceof Promise ? result.then(outcome) : outcome(result);
  };
  const leave = (packet: Packet, outcome: Outcome, call: GatedCall | undefined): Reply => {
    const { port, payload } = outcome;
    if (port === null || payload === NONE) return payload;
    if (isError(payload) && port === ports.error?.name) recordHandled(ports, packet, ports.error, payload);
    // what a gate has put in the place of what the handler sent is not the handler's to continue
    const then = call !== undefined && call.sent === outcome ? call.then : null;
    return packet.send(packet.port!.symbol.out(port), payload, then);
  };
  return (packet) => {
    let last: GatedCall | undefined;
    const outcome = gate(name, packet, (payload) => run(last = new GatedCall(packet, payload, mayContinue)));
    if (!(outcome instanceof Promise)) return leave(packet, outcome, last);
    // a promise within a promise is one
    return outcome.then((settled) => leave(packet, settled, last)) as Reply;
  };
}
