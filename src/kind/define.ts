import type { Node, OutPort, Packet } from "../flow/mod.ts";
import type { KindDescription, Ports, Scheme, SpecCode } from "../spec/model/mod.ts";
import { type Answer, asError, isError, NONE, type Value } from "../value/mod.ts";
import { type Call, type Reply, SENT, type Sent } from "./call.ts";
import type { ContextOf } from "./context.ts";
import { effectOf, recordHandled } from "./engine/mod.ts";
import { gatedReceiver } from "./gated_call.ts";
import type { Effect, Kind, Place, Preparation, Prepared } from "./kind.ts";
import { outPorts, type PortBase } from "./port.ts";

/** A schema of fields, as zod's `z.object` makes it. */
export interface FieldsSchema<Output = unknown, Input = unknown> {
  /** The schema by the convention of Standard Schema; its types are all that is used of it. */
  readonly "~standard": {
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The fields of a schema as a node gets them. */
export type FieldsOf<Schema extends FieldsSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/** The fields of a schema as a spec author writes them. */
export type WrittenFields<Schema extends FieldsSchema> = Written<NonNullable<Schema["~standard"]["types"]>["input"]>;

/** Fields to write; none at all for an empty schema. */
export type Written<Input> = Input extends Record<string, never> ? unknown : Input;

/**
 * Handles the packets of an in port. What it returns is sent by `out`, an error by `error`; `NONE` is no answer. What it
 * has sent itself with `call.send`, it returns as that returned it.
 */
export type Handler = (payload: Value, call: Call) => Reply;

/** A handler that answers for itself: what it returns is the packet's answer and goes out by no port. */
export interface RawHandler {
  /** Handles a packet. @returns Its answer, or what `call.send` returned. */
  receive(call: Call): Reply;
}

/** The rest of a node's life. */
export interface Life {
  /** How many calls of one process may be under way at a time, for handlers that return promises. Default 1. */
  concurrency?: number | undefined;
  /** Starts what the node watches. Everything downstream is loaded. */
  load?(): void | Promise<void>;
  /**
   * Is told that the node is about to be unloaded, while its version is the newest still: the last moment to open a process
   * that can reach what is behind it.
   */
  retire?(): void;
  /** Stops what `load` has started: no new process is opened from here on. */
  unload?(): void | Promise<void>;
  /** Undoes what `prepare` did. */
  release?(): void | Promise<void>;
}

/** The handlers of a kind's in ports. `in[]` is handled by `in`. */
export type Handlers<In extends string> = { readonly [Name in PortBase<In>]: Handler | RawHandler } & Life;

/** The names among a node's handlers that are no in port of its kind. */
export type ExtraHandler<Given, In extends string> = Exclude<keyof Given, PortBase<In> | keyof Life> & string;

/** Rejects a node that handles a port which its kind does not have. */
export type NoExtraHandler<Given, In extends string> = [ExtraHandler<Given, In>] extends [never] ? unknown
  : { readonly prepare: `the kind has no in port "${ExtraHandler<Given, In>}"` };

/** An example of a spec, for the documents and for tests. */
export interface Example<Schema extends FieldsSchema> {
  /** A few words that say what it shows. */
  readonly title: string;
  /** The kind's own fields, with `kind` before them. */
  readonly spec: { readonly kind: string } & WrittenFields<Schema>;
}

/** What `defineKind` takes. */
export interface KindOptions<
  Schema extends FieldsSchema,
  In extends string,
  Out extends string,
  At extends Place,
  Given extends Handlers<In>,
> extends
  Pick<
    KindDescription,
    "about" | "errors" | "aliases" | "replaces" | "fieldAliases" | "verbatim" | "dependencies" | "references"
  > {
  /** The name that specs use. */
  readonly name: string;
  /** One sentence, for `weft kinds` and editors. */
  readonly summary: string;
  /** Where its nodes run. Default `executor`. */
  readonly place?: At;
  /** What running a call twice would mean outside. Default `once` for host kinds, `none` for others. */
  readonly effect?: Effect | ((fields: FieldsOf<Schema>) => Effect);
  /** Whether the outcome is independent of the order of calls in different branches of a process. Default true. */
  readonly ordered?: boolean;
  /** Its own fields: a `z.object` in which each field has a description. */
  readonly fields: Schema;
  /** Its ports. `out[]` stands for `out[0]`, `out[1]`, ... */
  readonly ports: { readonly in: readonly In[]; readonly out: readonly Out[] };
  /** What its ports are for; usual ones (`in`, `out`, `error`) need no word. */
  readonly portSummaries?: { readonly [Name in In | Out]?: string };
  /** Names of the variables that its nodes may read as `env`. */
  readonly env?: readonly string[];
  /** Specs that show its use. */
  readonly examples?: readonly Example<Schema>[];
  /** Returns its ports, where they depend on its fields; `ports` then names those that any node may have. */
  portsOf?(fields: FieldsOf<Schema>, scheme: Scheme): Ports;
  /** Checks what the schema cannot, such as routes. Code is checked by naming it in `code`. */
  check?(fields: FieldsOf<Schema>): Finding[];
  /**
   * Returns the code that `prepare` compiles, with the fields that it stands in. A thread of its own parses it: errors in it
   * are found by `weft check`, and the executors get the result. TypeScript that is not named here does not compile.
   */
  code?(fields: FieldsOf<Schema>): readonly SpecCode[];
  /**
   * Makes the handlers of a node. Everything that can fail happens here; nothing is started.
   *
   * @throws {Error} Why the spec cannot run; the change that brought it is rejected.
   */
  prepare(context: ContextOf<At, FieldsOf<Schema>, Out>): Given | Promise<Given>;
}

/** What `check` has found wrong with a field. */
export type Finding = ReturnType<NonNullable<KindDescription["check"]>>[number];

/**
 * Defines a kind of node. The life of a node is:
 *
 * 1. **check**: the spec's fields are read by the schema, then `check` looks at what a schema cannot say, and what `code`
 *    returns is parsed. Nothing runs.
 * 2. **prepare**: makes the handlers, compiles code, opens what the node needs. If it throws, the change is rejected and
 *    everything that was prepared with it is released.
 * 3. **load**: the change is accepted and everything downstream is loaded: a source starts to watch.
 * 4. **receive**: each packet to an in port is handed to the port's handler. Packets of one process and port come one
 *    after another. What the handler returns is sent by `out`, an error by `error`; where the port is not linked, it is
 *    the answer.
 * 5. **unload**: the spec was changed or deleted: a source stops to watch. Processes that are open go on. Just before,
 *    **retire** may open a last one.
 * 6. **release**: after `unload` has ended and the last process that could reach the node has ended.
 *
 * @example
 * ```ts
 * import { defineKind, type Kind } from "@weft/weft/kind";
 * import { z } from "zod";
 *
 * const greeting: Kind = defineKind({
 *   name: "greeting",
 *   summary: "Puts a greeting before the payload.",
 *   fields: z.object({ greeting: z.string().describe("The word to greet with.") }),
 *   ports: { in: ["in"], out: ["out", "error"] },
 *   prepare: ({ fields }) => ({ in: (payload) => `${fields.greeting}, ${payload}` }),
 * });
 * ```
 *
 * @throws {Error} If the name of a port is reserved: `load`, `retire`, `unload`, `release`, `concurrency`. A node of a host kind
 * whose effect is not `none` cannot be prepared with a handler `{ receive }`: what it does would pass the gate of effects.
 */
export function defineKind<
  const Schema extends FieldsSchema,
  const In extends string,
  const Out extends string,
  Given extends Handlers<In>,
  At extends Place = "executor",
>(options: KindOptions<Schema, In, Out, At, Given> & NoExtraHandler<NoInfer<Given>, In>): Kind {
  const { prepare, ...description } = options as KindOptions<Schema, In, Out, At, Given>;
  const reserved = options.ports.in.find((name) => RESERVED.has(name));
  if (reserved !== undefined) {
    throw new Error(`invalid port "${reserved}" of kind ${options.name}: the name is reserved`);
  }
  return {
    ...description as unknown as KindDescription & Pick<Kind, "place" | "effect" | "ordered" | "env">,
    prepare(preparation) {
      const { symbol } = preparation;
      const context = { ...preparation, name: symbol.name, ports: outPorts(symbol, options.ports.out) };
      const handlers = prepare(context as unknown as ContextOf<At, FieldsOf<Schema>, Out>);
      const made = (handlers: Handlers<In>) => {
        rejectRawEffect(options as Pick<Kind, "name" | "place" | "effect">, handlers, preparation);
        const isPure = effectOf(options as Pick<Kind, "effect">, preparation.fields) === "none";
        return prepared(handlers, options.ports, preparation, isPure);
      };
      return handlers instanceof Promise ? handlers.then(made) : made(handlers);
    },
  };
}

const RESERVED: ReadonlySet<string> = new Set(
  ["concurrency", "load", "retire", "unload", "release"] satisfies (keyof Life)[],
);

/** Rejects a raw handler whose calls mean something to somebody outside: no interceptor would see them. */
function rejectRawEffect(
  kind: Pick<Kind, "name" | "place" | "effect">,
  handlers: Handlers<string>,
  { fields }: Preparation,
): void {
  if (kind.place !== "host" || effectOf(kind, fields) === "none") return;
  const raw = Object.entries(handlers).find(([port, handler]) => !RESERVED.has(port) && typeof handler !== "function");
  if (raw === undefined) return;
  throw new Error(
    `invalid handler of port "${raw[0]}" of kind "${kind.name}": ` +
      'expected a function, because { receive } needs effect "none" on the host',
  );
}

/** Makes a node of handlers. */
function prepared(
  handlers: Handlers<string>,
  ports: { readonly in: readonly string[]; readonly out: readonly string[] },
  preparation: Preparation,
  isPure: boolean,
): Prepared {
  const { symbol, gate } = preparation;
  const { concurrency, release } = handlers;
  const out = ports.out.includes("out") ? symbol.out("out") : undefined;
  const error = ports.out.includes("error") ? symbol.out("error") : undefined;
  const receivers = ports.in.map((name) => {
    const base = name.endsWith("[]") ? name.slice(0, -2) : name;
    const handler = handlers[base] as unknown as Handler | RawHandler;
    const receive = gate !== undefined && typeof handler === "function"
      ? gatedReceiver(gate, base, handler, { out, error, handled: preparation.handled }, isPure)
      : receiver(handler, out, error, preparation);
    return error === undefined || preparation.handled === undefined ? receive : recorded(receive, error, preparation);
  });
  const [only = unreachable] = receivers;
  const last = receivers.length - 1;
  const node: Node = {
    receive: receivers.length === 1 ? only : (packet, port) => receivers[Math.min(port.index, last)]!(packet),
  };
  if (concurrency !== undefined) node.concurrency = concurrency;
  if (handlers.load !== undefined) node.load = () => handlers.load!();
  if (handlers.retire !== undefined) node.retire = () => handlers.retire!();
  if (handlers.unload !== undefined) node.unload = () => handlers.unload!();
  return release === undefined ? { node } : { node, release: () => handlers.release!() };
}

function receiver(
  handler: Handler | RawHandler,
  out: OutPort | undefined,
  error: OutPort | undefined,
  preparation: Preparation,
): (packet: Packet) => Reply {
  if (typeof handler !== "function") return (packet) => handler.receive(packet);
  const pass = (packet: Packet, result: Answer | Sent): Answer | Sent => {
    if (result === SENT || result === NONE || packet.unlinked) return result;
    const port = isError(result) ? error : out;
    if (port !== undefined && isError(result)) recordHandled(preparation, packet, port, result);
    // only a continuation can make this a promise, and there is none
    return port === undefined ? result : packet.send(port, result) as Answer | Sent;
  };
  return (packet) => {
    const result = handler(packet.payload, packet);
    return result instanceof Promise ? result.then((settled) => pass(packet, settled)) : pass(packet, result);
  };
}

/** Returns a receiver that records what the given one throws, which leaves by `error` if that is linked. */
function recorded(
  receive: (packet: Packet) => Reply,
  error: OutPort,
  preparation: Preparation,
): (packet: Packet) => Reply {
  const record = (packet: Packet, thrown: unknown) => recordHandled(preparation, packet, error, asError(thrown));
  return (packet) => {
    try {
      const result = receive(packet);
      if (result instanceof Promise) result.catch((thrown) => record(packet, thrown));
      return result;
    } catch (thrown) {
      record(packet, thrown);
      throw thrown;
    }
  };
}

function unreachable(packet: Packet): never {
  throw new Error(`${packet.port!.symbol.name} takes no packets`);
}
