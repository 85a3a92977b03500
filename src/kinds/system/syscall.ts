import { z } from "zod";
import { type Kind, oneToOne } from "../../flow/mod.ts";
import type { ValueMap } from "../../value/mod.ts";
import type { HostContext } from "../context.ts";
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

const fields = z.object({
  opcode: z.enum(Object.keys(OPERATIONS) as [Opcode, ...Opcode[]]).meta({
    description: "What is done: nodes.create, nodes.update and nodes.delete change the specs by transaction; " +
      "versions.rollback goes back to a version; the others read.",
  }),
});

/** Reads or changes the engine from inside a workflow. */
export const syscall: Kind<HostContext> = {
  name: "syscall",
  summary: "Reads or changes the specs, versions, processes, symbols and executors of the engine.",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  place: "host",
  pure: ({ opcode }: ValueMap) => String(opcode).endsWith(".read"),
  prepare(context) {
    const { opcode } = fields.parse(context.fields);
    const { system } = context;
    return { node: oneToOne(context.symbol, (payload) => system[OPERATIONS[opcode]](payload)) };
  },
};
