import type { Packet } from "../flow/mod.ts";
import { effectOf } from "../kind/engine/mod.ts";
import { defineKind, type Kind, type Prepared } from "../kind/mod.ts";
import type { Frames } from "../kinds/mod.ts";
import { failure } from "../value/mod.ts";

/** What the kinds of a test are made with. */
export interface TestKindOptions {
  /** Reports whether a node is mocked. */
  isMocked(node: string): boolean;
  /** Reports whether a node may run although it has an effect. */
  isAllowed(node: string): boolean;
  /** Records what passes ports, for the kinds of tests. */
  readonly frames?: Frames | undefined;
  /** Takes each packet that a node on this thread receives. */
  received(packet: Packet): void;
  /** Takes the error of a call that is neither mocked nor allowed. */
  rejected(error: Error): void;
}

/**
 * Returns a kind as it is under test. A host node that is mocked, or has an effect and is not allowed, is never prepared:
 * a stand-in takes its calls, so that no socket or connection is opened.
 */
export function testKind(kind: Kind, options: TestKindOptions): Kind {
  if (kind.prepare === undefined) return kind;
  const prepare = kind.prepare.bind(kind);
  return {
    ...kind,
    prepare(given) {
      const preparation = options.frames === undefined ? given : { ...given, frames: options.frames };
      const { name } = preparation.symbol;
      const mocked = options.isMocked(name);
      const effect = effectOf(kind, preparation.fields);
      const real = kind.place !== "host" || options.isAllowed(name) || (effect === "none" && !mocked);
      const prepared = real ? prepare(preparation) : standIn(kind, () => {
        const error = failure(
          `${name}: a call of kind ${kind.name} has effects (${effect}); ` +
            `mock it with mocks: { "${name}": ... }, or allow it with allow: ["${name}"]`,
        );
        options.rejected(error);
        return error;
      }).prepare!(preparation);
      const traced = (prepared: Prepared) => trace(prepared, options.received);
      return prepared instanceof Promise ? prepared.then(traced) : traced(prepared);
    },
  };
}

/** Returns a kind with the ports of another, whose calls all fail. */
function standIn({ name, summary, ports, fields }: Kind, fail: () => Error): Kind {
  const handlers = Object.fromEntries(ports.in.map((port) => [port.replace(/\[\]$/, ""), fail]));
  return defineKind({ name, summary, place: "host", ports, fields, prepare: () => handlers });
}

function trace(prepared: Prepared, received: (packet: Packet) => void): Prepared {
  const { node } = prepared;
  const receive = node.receive.bind(node);
  node.receive = (packet, port) => {
    received(packet);
    return receive(packet, port);
  };
  return prepared;
}
