import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { internalsOf } from "../internals.ts";
import type { System } from "./system.ts";

const OPERATIONS = {
  "nodes.create": "createNodes",
  "nodes.read": "readNodes",
  "nodes.update": "updateNodes",
  "nodes.delete": "deleteNodes",
  "versions.read": "readVersions",
  "versions.rollback": "rollbackVersion",
  "processes.read": "readProcesses",
  "symbols.read": "readSymbols",
  "executors.read": "readExecutors",
} as const satisfies Record<string, keyof System>;

type Opcode = keyof typeof OPERATIONS;

/** Reads or changes the engine from inside a workflow. */
export const syscall: Kind = defineKind({
  name: "syscall",
  aliases: ["native"],
  summary: "Reads or changes the specs, versions, processes, symbols and executors of the engine.",
  place: "host",
  effect: ({ opcode }) => opcode.endsWith(".read") ? "none" : "once",
  fields: z.object({
    opcode: z.enum(Object.keys(OPERATIONS) as [Opcode, ...Opcode[]]).describe(
      "What is done: nodes.create, nodes.update and nodes.delete change the specs by transaction; " +
        "versions.rollback goes back to a version; the others read.",
    ),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  about: "The payload says what: specs to create or change, examples of the specs to read or delete " +
    "(`{ name: hello }`), or a version. A change is checked and prepared as one of `weft apply`, and rejected as a whole. " +
    "Whoever can reach such a node can change the engine: keep it away from the public.",
  errors: {
    invalid: "A spec or the payload is invalid.",
    not_found: "There is no such spec or version.",
    conflict: "A spec exists already, or head moved in the meantime.",
    rejected: "The change could not be prepared; the cause says why.",
    unavailable: "The store cannot be reached.",
  },
  examples: [{ title: "Read all specs", spec: { kind: "syscall", opcode: "nodes.read" } }],
  prepare(context) {
    const { system } = internalsOf(context);
    const operation = OPERATIONS[context.fields.opcode];
    return { in: (payload) => system[operation](payload) };
  },
});
