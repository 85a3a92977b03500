import { assert, assertEquals } from "@std/assert";
import { Flow, NodeSymbol, type Process, SENT } from "../../src/flow/mod.ts";
import { CODECS } from "../../src/kinds/mod.ts";
import { type Assignment, assignmentAt } from "../../src/pool/assignment.ts";
import { Connection, type ConnectionHandler } from "../../src/pool/connection.ts";
import { HostCalls } from "../../src/pool/host_calls.ts";
import { PoolSymbols } from "../../src/pool/symbols.ts";
import { type Channel, PortChannel, ThreadStatus } from "../../src/protocol/mod.ts";
import { Encoded, isError, measure, NONE, type Value } from "../../src/value/mod.ts";

/**
 * A connection with two processes on it, each of the generation of its number, and the nodes that it may ask for, all as
 * they are in a pool: `asking` is linked to the first port of `linked` in generation 1 and of `later` in generation 2, and
 * to the second port of `both` in either.
 */
export class Rig {
  readonly port: MessagePort;
  readonly told: unknown[] = [];
  readonly reached: string[] = [];
  readonly payloads: Value[] = [];
  readonly malformed: string[] = [];
  readonly rejected: string[] = [];
  readonly logged: unknown[][] = [];
  readonly connection: Connection;

  /** @param channel Default: one over a port, to which `post` posts. */
  constructor(channel?: Channel) {
    const { port1, port2 } = new MessageChannel();
    this.port = port2;
    const flow = new Flow();
    const symbols = new PoolSymbols();
    const make = (number: number, name: string, body?: { form: number; fields: unknown }) => {
      const definition = { number, id: name, name, kind: name, ins: ["in", "second"], ...body && { body } };
      const symbol = new NodeSymbol(definition);
      symbol.node = {
        receive: ({ payload }, to) => {
          this.reached.push(to.index === 0 ? name : `${name} at ${to.index}`);
          this.payloads.push(payload);
          return null;
        },
      };
      symbols.add({ symbol, definition, pure: false });
      return symbol;
    };
    const asking = make(1, "asking", { form: 0, fields: null });
    asking.out("out").link(1, [make(2, "linked").inAt(0)]);
    make(3, "unlinked");
    asking.out("out").link(2, [make(4, "later").inAt(0)]);
    asking.out("other").link(1, [make(5, "both").inAt(1)]);
    const hostCalls = new HostCalls({
      flow,
      symbols,
      effect: () => {},
      rejected: (message) => this.rejected.push(message),
    });
    const handler: ConnectionHandler = {
      hostCall: hostCalls.take.bind(hostCalls),
      childEnded: hostCalls.ended.bind(hostCalls),
      log: (connection, process, ...residency) =>
        this.logged.push([hostCalls.processOf(connection, process, 0)?.number, ...residency]),
      warned: (connection, process, symbol, text) =>
        this.logged.push([hostCalls.processOf(connection, process, 0)?.number, symbol, "warn", text]),
      answered: (_, packet, answer) => flow.settle(packet, answer as never),
      idle: ({ process }) => flow.release(process),
      measured: () => {},
      malformed: (_, what) => this.malformed.push(what),
    };
    const codecs = new Map(CODECS.map((codec) => [codec.number, codec]));
    const status = new ThreadStatus();
    this.connection = new Connection({
      id: 1,
      channel: channel ?? new PortChannel(port1, status.signal),
      status,
      codecs,
      handler,
      only: undefined,
    });
    const process = flow.open({ number: 1, generation: 1 });
    asking.node = { receive: (packet) => (this.connection.send(this.#assign(process), packet), SENT) };
    this.#assign(flow.open({ number: 2, generation: 2 }));
    const told = { answered: (_: unknown, answer: unknown) => this.told.push(answer) };
    flow.start(process, asking.inAt(0), new Encoded(CODECS[0]!, ["GET", "/", "", null, 0]), told);
    flow.start(process, asking.inAt(0), "plain", told);
  }

  #assign(process: Process): Assignment {
    return assignmentAt(this.connection, process);
  }

  /** Has the host take a batch. @throws {Error} What the host throws. */
  async post(batch: unknown): Promise<void> {
    this.port.postMessage(batch);
    await this.connection.drain();
  }

  /** Fails if something has come through that should not have. */
  check(): void {
    for (const name of this.reached) assert(["linked", "later", "both at 1"].includes(name), name);
    for (const payload of this.payloads) measure(payload);
    for (const answer of this.told) {
      if (answer instanceof Encoded) assert(answer.codec.isEncoded(answer.data));
      else if (answer !== NONE) measure(answer);
      if (isError(answer)) assertEquals([typeof answer.message, typeof answer.name], ["string", "string"]);
    }
    for (const [, , , text] of this.logged) assertEquals(typeof text, "string");
  }

  close(): void {
    this.connection.close(new Error("over"));
    this.port.close(); // and with it the other one, if no connection has it
  }
}
