import type { Flow, Process, SymbolTable } from "../flow/mod.ts";
import type { System } from "../kinds/mod.ts";
import type { Version } from "../registry/mod.ts";
import { VALUE_KIND } from "../spec/mod.ts";
import { failure, isList, isMap, type Value, type ValueMap } from "../value/mod.ts";
import { Nodes, type NodesOptions } from "./nodes.ts";
import type { Processes } from "./processes.ts";
import { registryChanges } from "./registry_changes.ts";
import type { NodePool } from "./surroundings.ts";

/** Returns the view of a runtime that system workflows work on. */
export function engineSystem(
  parts: Omit<NodesOptions, "kind"> & { flow: Flow; processes: Processes; pool: NodePool; table: () => SymbolTable },
): System {
  const { registry, processes, pool, table } = parts;
  const nodes = new Nodes(parts);
  const values = new Nodes({ ...parts, kind: VALUE_KIND });
  return {
    createNodes: (specs) => nodes.create(specs),
    readNodes: (examples) => Promise.resolve(nodes.read(examples)),
    updateNodes: (specs) => nodes.update(specs),
    deleteNodes: (examples) => nodes.delete(examples),
    createValues: (given) => values.create(given),
    readValues: (examples) => Promise.resolve(values.read(examples)),
    updateValues: (given) => values.update(given),
    deleteValues: (examples) => values.delete(examples),
    readVersions: async () => (await registry.versions()).map(versionToMap),
    rollbackVersion: async (version) => versionToMap(await nodes.rollback(version)),
    readProcesses: () =>
      Promise.resolve(
        processes.list().map((process) => processToMap(process, processes)),
      ),
    deleteProcesses: (given, own) => Promise.resolve(endProcesses(given, own, parts)),
    watchRegistry: (given, signal) => registryChanges(registry, given, signal),
    readSymbols: () =>
      Promise.resolve(
        [...table().units()].flatMap(({ unit, active }) =>
          unit.nodes.map(({ symbol: { id, name, kind } }) => ({ id, name, kind, active }))
        ),
      ),
    readExecutors: () => Promise.resolve(pool.status().executors.map((executor) => ({ ...executor }))),
  };
}

/** Ends the processes of ids, but not the one that asks. @returns Those that were ended. */
function endProcesses(
  given: Value,
  own: Process,
  { processes, flow }: { processes: Processes; flow: Flow },
): Value {
  const open = new Map(processes.list().map((process) => [processes.idOf(process), process]));
  const ended = idsOf(given).flatMap((id) => open.get(id) ?? []);
  if (ended.includes(own.root)) throw invalid("a process cannot end itself");
  return ended.map((process) => {
    const map = processToMap(process, processes);
    flow.abort(process, failure("the process was ended by a syscall", { code: "canceled" }));
    return map;
  });
}

function idsOf(given: Value): string[] {
  const items = isList(given) ? given : [given];
  const ids = items.map((item) => isMap(item) ? item.id : item);
  if (ids.length > 0 && ids.every((id) => typeof id === "string")) return ids;
  throw invalid("invalid payload: expected the id of a process, a map with it, or a list of them");
}

function invalid(message: string): Error {
  return failure(message, { code: "invalid", cause: failure("invalid argument") });
}

function processToMap(process: Process, processes: Processes): ValueMap {
  return {
    id: processes.idOf(process),
    status: process.status,
    generation: process.generation,
    started: new Date(process.started).toISOString(),
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
