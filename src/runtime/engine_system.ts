import type { SymbolTable } from "../flow/mod.ts";
import type { System } from "../kinds/mod.ts";
import type { Version } from "../registry/mod.ts";
import type { Value } from "../value/mod.ts";
import { Nodes, type NodesOptions } from "./nodes.ts";
import type { Processes } from "./processes.ts";
import type { NodePool } from "./surroundings.ts";

/** Returns the view of a runtime that system workflows work on. */
export function engineSystem(
  parts: NodesOptions & { processes: Processes; pool: NodePool; table: () => SymbolTable },
): System {
  const { registry, processes, pool, table } = parts;
  const nodes = new Nodes(parts);
  return {
    createNodes: (specs) => nodes.create(specs),
    readNodes: (examples) => Promise.resolve(nodes.read(examples)),
    updateNodes: (specs) => nodes.update(specs),
    deleteNodes: (examples) => nodes.delete(examples),
    readVersions: async () => (await registry.versions()).map(versionToMap),
    rollbackVersion: async (version) => versionToMap(await nodes.rollback(version)),
    readProcesses: () =>
      Promise.resolve(
        processes.list().map((process) => ({
          id: processes.idOf(process),
          status: process.status,
          generation: process.generation,
          started: new Date(process.started).toISOString(),
        })),
      ),
    readSymbols: () =>
      Promise.resolve(
        [...table().units()].flatMap(({ unit, active }) =>
          unit.nodes.map(({ symbol: { id, name, kind } }) => ({ id, name, kind, active }))
        ),
      ),
    readExecutors: () => Promise.resolve(pool.status().executors.map((executor) => ({ ...executor }))),
  };
}

function versionToMap({ id, parent, time, author, message, operations }: Version): Value {
  return {
    id,
    parent: parent ?? null,
    time: time.toISOString(),
    author: author ?? null,
    message: message ?? null,
    operations,
  };
}
