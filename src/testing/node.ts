import { z } from "zod";
import type { Packet } from "../flow/mod.ts";
import { type Call, defineKind, type Kind, type RunOptions } from "../kind/mod.ts";
import { KINDS } from "../kinds/mod.ts";
import { portsOf, Scheme } from "../spec/mod.ts";
import type { Answer, Value, ValueMap } from "../value/mod.ts";
import type { LogLine } from "./log_line.ts";
import { answerOf, type Mock } from "./mock.ts";
import type { TestClock } from "./test_clock.ts";
import { startWorkflow, type TestWorkflow, type WorkflowOptions } from "./workflow.ts";

/** Options of a node under test. */
export interface NodeOptions
  extends Pick<WorkflowOptions, "kinds" | "env" | "allowFiles" | "allowPrivate" | "clock" | "seed"> {
  /** The node's name. Default `node`. */
  readonly name?: string | undefined;
  /**
   * The out ports that are linked. Default all of the kind, `out[0]` to `out[9]` for `out[]`. What is sent by a port that
   * is not linked is the answer, and does not appear in `sent`.
   */
  readonly linked?: readonly string[] | undefined;
  /** What the nodes behind the out ports answer. Default: the payload itself. */
  readonly answers?: Readonly<Record<string, Mock>> | undefined;
}

/** What a node has sent. */
export interface Sending {
  /** The out port. */
  readonly port: string;
  /** What was sent. */
  readonly payload: Value;
}

/**
 * Starts a node of a kind: checks its fields, prepares and loads it as the engine does. It may have effects.
 *
 * @param fields The fields as a spec has them.
 * @throws {SpecsError} If the fields are invalid, as `weft check` says it.
 * @throws {Error} If the node cannot be prepared.
 *
 * @example
 * ```ts
 * import { startNode } from "@weft/weft/testing";
 * import { defineKind } from "@weft/weft/kind";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const double = defineKind({
 *   name: "double",
 *   summary: "Doubles a number.",
 *   fields: z.object({}),
 *   ports: { in: ["in"], out: ["out"] },
 *   prepare: () => ({ in: (payload) => Number(payload) * 2 }),
 * });
 *
 * await using node = await startNode(double);
 * assertEquals(await node.send(21), 42);
 * assertEquals(node.sent, [{ port: "out", payload: 42 }]);
 * ```
 */
export async function startNode(
  kind: Kind,
  fields: Readonly<Record<string, unknown>> = {},
  options: NodeOptions = {},
): Promise<TestNode> {
  const { name = "node", answers = {}, kinds = [], linked, ...rest } = options;
  const sent: Sending[] = [];
  const others = kinds.filter((other) => other.name !== kind.name);
  const own = KINDS.includes(kind) ? others : [kind, ...others];
  const links = linked ?? outPorts(kind, fields, [...KINDS, ...own]);
  const spec = {
    kind: kind.name,
    name,
    ...fields,
    links: Object.fromEntries(links.map((port, index) => [port, [{ name: SINK, port: `in[${index}]` }]])),
  };
  const workflow = await startWorkflow([spec, { kind: SINK, name: SINK }], {
    ...rest,
    kinds: [...own, sinkKind(links, sent, answers)],
    allow: true,
  });
  return new TestNode(workflow, name, sent);
}

/** A node under test. */
export class TestNode implements AsyncDisposable {
  readonly #workflow: TestWorkflow;
  readonly #name: string;

  /** Made by `startNode`. */
  constructor(
    workflow: TestWorkflow,
    name: string,
    /** What the node has sent by ports that are linked, in order. */
    readonly sent: readonly Sending[],
  ) {
    this.#workflow = workflow;
    this.#name = name;
  }

  /** The clock that the node has. */
  get clock(): TestClock {
    return this.#workflow.clock;
  }

  /** The lines that the node has written to the log. */
  get log(): LogLine[] {
    return this.#workflow.log.filter(({ node }) => node === this.#name);
  }

  /** What the node has counted and measured, by name: the sum of a counter, or of the measurements. */
  get metrics(): Record<string, number> {
    return this.#workflow.metricsOf(this.#name);
  }

  /**
   * Sends a payload to a port of the node, in a process of its own, and waits for its end.
   *
   * @returns The answer; an error is returned, not thrown.
   */
  async send(payload: Value, port = "in", options?: RunOptions): Promise<Answer> {
    return await this.#workflow.send(`${this.#name}.${port}`, payload, options);
  }

  /** Unloads the node; it is released once no process can reach it. */
  async delete(): Promise<void> {
    await this.#workflow.delete(this.#name);
  }

  /** Ends all processes, unloads and releases the node. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workflow[Symbol.asyncDispose]();
  }
}

/** The kind and the name of the node that all out ports lead to. */
const SINK = "test-sink";

function sinkKind(links: readonly string[], sent: Sending[], answers: Readonly<Record<string, Mock>>): Kind {
  return defineKind({
    name: SINK,
    summary: "Takes what the node under test sends.",
    place: "any",
    fields: z.object({}),
    ports: { in: ["in[]"], out: [] },
    prepare: ({ name }) => ({
      concurrency: Infinity,
      in: {
        receive(call: Call) {
          const { payload } = call;
          const port = links[(call as Packet).port!.index]!;
          sent.push({ port, payload });
          const answer = answers[port];
          if (answer === undefined) return payload;
          const made = { node: name, kind: SINK, port, payload, address: "" };
          return answerOf(answer, made, []).then(({ payload }) => payload);
        },
      },
    }),
  });
}

/** Returns the out ports of a node that are linked where a test names none. */
function outPorts(kind: Kind, fields: Readonly<Record<string, unknown>>, kinds: readonly Kind[]): string[] {
  const { out } = portsOf(kind, fields as ValueMap, new Scheme(kinds));
  return out.flatMap((port) =>
    port.endsWith("[]") ? Array.from({ length: 10 }, (_, index) => `${port.slice(0, -2)}[${index}]`) : [port]
  );
}
