import { type Call, defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Process } from "../../flow/mod.ts";
import { encodeJson } from "../../http/mod.ts";
import { failure, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import { closeUnread } from "../close_unread.ts";
import { internalsOf } from "../internals.ts";
import type { System } from "./system.ts";

type Operation = (system: System, payload: Value, call: Call) => Promise<Value>;

const NODES: Readonly<Record<string, Operation>> = {
  create: (system, specs) => system.createNodes(specs),
  read: (system, examples) => system.readNodes(examples),
  update: (system, specs) => system.updateNodes(specs),
  delete: (system, examples) => system.deleteNodes(examples),
};

const VALUES: Readonly<Record<string, Operation>> = {
  create: (system, values) => system.createValues(values),
  read: (system, examples) => system.readValues(examples),
  update: (system, values) => system.updateValues(values),
  delete: (system, examples) => system.deleteValues(examples),
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...named("specs", NODES),
  ...named("nodes", NODES),
  ...named("values", VALUES),
  ...named("secrets", VALUES),
  "versions.read": (system) => system.readVersions(),
  "versions.rollback": (system, version) => system.rollbackVersion(version),
  "processes.read": (system) => system.readProcesses(),
  "processes.delete": (system, ids, call) => system.deleteProcesses(ids, call.process as Process),
  "symbols.read": (system) => system.readSymbols(),
  "executors.read": (system) => system.readExecutors(),
};

/** The operation that answers with a stream. */
const WATCH = "registry.watch";
/** How many streams may be open at a time. */
const MOST_STREAMS = 1_000;

/** Reads or changes the engine from inside a workflow. */
export const syscall: Kind = defineKind({
  name: "syscall",
  aliases: ["native"],
  summary: "Reads or changes the specs, values, versions, processes, symbols and executors of the engine.",
  place: "host",
  effect: ({ opcode }) => opcode.endsWith(".read") || opcode === WATCH ? "none" : "once",
  fields: z.object({
    opcode: z.enum([...Object.keys(OPERATIONS), WATCH]).describe(
      "What is done: create, update and delete of specs and values are changes by transaction; versions.rollback goes back " +
        "to a version; processes.delete ends processes; registry.watch tells what changes; the others read. " +
        "nodes and secrets are older names of specs and values.",
    ),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  about: `
The payload says what: specs or values to create or change, examples of those to read or delete (\`{ name: hello }\`; null for
all), a version, or ids of processes. A change is checked and prepared as one of \`weft apply\`, and rejected as a whole.

\`specs\` are the entries of all kinds, nodes and data. \`values\` are those of kind \`registry.entry\`, which hold data for other
nodes; the kind need not be given. A secret is not among what can be read: entries have its reference, \`env:NAME\` or
\`file:NAME\`.

\`registry.watch\` answers with a response whose body is a stream of lines of JSON, and goes on until its reader leaves, the
node is changed or deleted, or the engine stops. The first line has the event \`registry.head\` and the \`version\`; then each version that
becomes head has an \`entry.create\`, \`entry.update\` or \`entry.delete\` for each entry that differs, and a \`registry.commit\` at
its end. What is told comes from the history of the store, as fast as it is read: a slow reader holds up nobody, and loses
nothing. A payload with \`version\` begins after that version, \`namespace\` and \`kind\` leave out all others.

Whoever can reach such a node can change the engine: keep it away from the public.
`.trim(),
  errors: {
    invalid: "A spec or the payload is invalid.",
    not_found: "There is no such spec or version.",
    conflict: "A spec exists already, or head moved in the meantime.",
    rejected: "The change could not be prepared; the cause says why.",
    unavailable: "The store cannot be reached.",
    busy: "Too many streams are open; answered with status 503.",
  },
  examples: [
    { title: "Read all specs", spec: { kind: "syscall", opcode: "specs.read" } },
    { title: "Follow the changes", spec: { kind: "syscall", opcode: "registry.watch" } },
  ],
  async prepare(context) {
    const { system, sockets } = internalsOf(context);
    const { opcode } = context.fields;
    const operation = OPERATIONS[opcode];
    if (operation !== undefined) return { in: (payload, call) => operation(system, payload, call) };
    const streams = await context.use(WATCH, () => new Set<AbortController>());
    const own = new Set<AbortController>();
    return {
      in: async (payload, call) => {
        if (streams.size >= MOST_STREAMS) {
          throw failure("too many streams are open", { code: "busy", details: { status: 503 } });
        }
        const ending = new AbortController();
        const signal = AbortSignal.any([ending.signal, sockets.draining]);
        const changes = system.watchRegistry(payload, signal);
        const first = await changes.next();
        const body = linesOf(first, changes, signal, () => {
          ending.abort();
          for (const open of [streams, own]) open.delete(ending);
        });
        for (const open of [streams, own]) open.add(ending);
        closeUnread(call, body);
        return { status: 200, header: { "Content-Type": "application/x-ndjson", "Cache-Control": "no-cache" }, body };
      },
      release() {
        for (const ending of own) ending.abort();
      },
    };
  },
});

function named(prefix: string, operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  return Object.fromEntries(Object.entries(operations).map(([name, operation]) => [`${prefix}.${name}`, operation]));
}

/** Returns maps as a stream of lines of JSON. All but the first are asked for as they are read. */
function linesOf(
  first: IteratorResult<ValueMap, void>,
  maps: AsyncGenerator<ValueMap, void>,
  signal: AbortSignal,
  ended: () => void,
): Stream {
  let next: IteratorResult<ValueMap, void> | undefined = first;
  const encoder = new TextEncoder();
  return Stream.from(
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = next ?? await maps.next();
          next = undefined;
          if (!done) return controller.enqueue(encoder.encode(`${encodeJson(value)}\n`));
          controller.close();
        } catch (error) {
          if (signal.aborted) controller.close();
          else controller.error(error);
        }
        ended();
      },
      cancel: ended,
    }, { highWaterMark: 0 }),
  );
}
