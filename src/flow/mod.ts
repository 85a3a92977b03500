/** Runs workflows on one thread: ports, packets, processes and symbols. */
export * from "./address.ts";
export * from "./flatten.ts";
export * from "./flow.ts";
export * from "./flow_options.ts";
export * from "./generation.ts";
export * from "./node.ts";
export * from "./number_map.ts";
export * from "./packet.ts";
export * from "./path.ts";
export * from "./port.ts";
export * from "./process.ts";
export * from "./reader.ts";
export * from "./symbol.ts";
export * from "./table.ts";
export * from "./trace_node.ts";
