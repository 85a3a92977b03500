import { addressOf, type NodeSymbol, type Packet } from "../flow/mod.ts";
import { effectOf, type Outcome, packetOf } from "../kind/engine/mod.ts";
import type { Frames } from "../kinds/mod.ts";
import { type Call, defineKind, type Kind, type Preparation, type Prepared, type Reply } from "../kind/mod.ts";
import { failure, type Value, type ValueMap } from "../value/mod.ts";
import type { HostWork, NodeWork } from "./host_work.ts";
import type { TestCall } from "./mock.ts";

/** What the kinds of a test are made with. */
export interface TestKindOptions {
  /** Reports whether a node is mocked. */
  isMocked(node: string): boolean;
  /** Reports whether a node may reach outside. */
  isAllowed(node: string, kind: string): boolean;
  /** Returns what the mock of a node of an executor makes of a call. */
  answer(call: TestCall): Promise<Outcome>;
  /** Takes each node that is going to be prepared as it is, with whether it may reach outside. */
  preparing(symbol: NodeSymbol, isAllowed: boolean): void;
  /** Records what passes ports, for the kinds of tests. */
  readonly frames: Frames;
  /** Takes each packet that a node on this thread receives. */
  received(packet: Packet): void;
  /** Takes the error of a call that is neither mocked nor allowed. */
  rejected(error: Error, call: TestCall): void;
  /** Counts the work of the nodes of the host. */
  readonly work: HostWork;
}

/** Kinds of the engine whose effects stay within it. */
const WITHIN: ReadonlySet<string> = new Set([
  "cron",
  "events",
  "gateway",
  "interval",
  "listener",
  "respond",
  "session",
  "syscall",
  "trigger",
]);
/** Kinds whose effects stay within the engine if they name no connection. */
const WITHIN_UNCONNECTED: ReadonlySet<string> = new Set(["kv", "kv.watch"]);

/** Reports whether a node of a kind reaches what is outside of the engine. */
function reachesOut(kind: Kind, fields: ValueMap): boolean {
  const { name, place } = kind;
  if (place !== "host" || WITHIN.has(name)) return false;
  if (WITHIN_UNCONNECTED.has(name) && fields.connection === undefined) return false;
  // a request that changes nothing leaves the engine as well
  return name === "http" || effectOf(kind, fields) !== "none";
}

/**
 * Returns a kind as it is under test. A node that is mocked, or reaches out and is not allowed to, is never prepared: a
 * stand-in takes its calls, so that no socket or connection is opened.
 */
export function testKind(kind: Kind, options: TestKindOptions): Kind {
  if (kind.prepare === undefined) return kind;
  const prepare = kind.prepare.bind(kind);
  const isHost = kind.place === "host";
  return {
    ...kind,
    prepare(given) {
      const preparation = { ...given, frames: options.frames };
      const { symbol, fields } = preparation;
      const isMocked = options.isMocked(symbol.name);
      const isAllowed = options.isAllowed(symbol.name, kind.name);
      if (isMocked || !isAllowed && reachesOut(kind, fields)) {
        // calls of the host's that are mocked never get to the stand-in
        const kindOf = isMocked && !isHost ? mocked : rejecting;
        return traced(kindOf(kind, options).prepare!(preparation), options, undefined);
      }
      options.preparing(symbol, isAllowed);
      if (!isHost) return traced(prepare(preparation), options, undefined);
      const work = options.work.addNode();
      return traced(prepare(ownPreparation(kind.name, preparation, work)), options, work);
    },
  };
}

/** Returns what a node of the host is prepared with. */
function ownPreparation(kind: string, preparation: Preparation, work: NodeWork): Preparation {
  if (kind !== "cron" && kind !== "interval") return { ...preparation, clock: work.clock(preparation.clock) };
  // no other engine is on the store of a test: there is no lease to renew every five seconds
  return { ...preparation, fields: { ...preparation.fields, once: false } };
}

/** Returns a kind with the ports of another, whose calls all fail. */
function rejecting(kind: Kind, { rejected }: TestKindOptions): Kind {
  return standIn(kind, "host", (call, { fields }) => {
    const effect = effectOf(kind, fields);
    const error = failure(
      `${call.node}: a call of kind ${kind.name} ${
        effect === "none" ? "reaches outside" : `has effects (${effect})`
      }; ` +
        `mock it with mocks: { "${call.node}": ... }, or allow it with allow: ["${call.node}"]`,
    );
    rejected(error, call);
    return error;
  });
}

/** Returns a kind with the ports of another one of executors, whose calls a mock answers. */
function mocked(kind: Kind, { answer }: TestKindOptions): Kind {
  return standIn(kind, "any", async (made, { symbol }, call) => {
    const { port, payload } = await answer(made);
    return port === null ? payload : call.send(symbol.out(port), payload as Value);
  });
}

/** Returns a kind with the ports of another and handlers of its own. */
function standIn(
  { name, summary, ports, fields }: Kind,
  place: "host" | "any",
  handle: (made: TestCall, preparation: Preparation, call: Call) => Error | Reply | Promise<Reply>,
): Kind {
  return {
    name,
    summary,
    place,
    ports,
    fields,
    prepare(preparation) {
      const { concurrency } = preparation.fields;
      const handler = (port: string) => (payload: Value, call: Call) =>
        handle(
          { node: preparation.symbol.name, kind: name, port, payload, address: addressOf(packetOf(call)) },
          preparation,
          call,
        );
      const bases = ports.in.map((port) => port.replace(/\[\]$/, ""));
      const handlers = {
        ...Object.fromEntries(bases.map((port) => [port, handler(port)])),
        ...typeof concurrency === "number" && { concurrency },
      };
      // the names of the ports are known at run time only
      return defineKind({ name, summary, place, ports, fields, prepare: () => handlers as never }).prepare!(
        preparation,
      );
    },
  };
}

/** Lets the test see what a node receives, and counts what a node of the host works on. */
function traced(
  prepared: Prepared | Promise<Prepared>,
  options: TestKindOptions,
  work: NodeWork | undefined,
): Prepared | Promise<Prepared> {
  if (prepared instanceof Promise) return prepared.then((settled) => traced(settled, options, work));
  const { node } = prepared;
  const receive = node.receive.bind(node);
  node.receive = (packet, port) => {
    options.received(packet);
    const reply = receive(packet, port);
    if (work !== undefined && reply instanceof Promise) work.add(reply);
    return reply;
  };
  return prepared;
}
