/**
 * Defines kinds of nodes. This is all that a kind's author imports, beside zod for the fields.
 *
 * @module
 */
export * from "./call.ts";
export * from "./compound.ts";
export * from "./context.ts";
export * from "./define.ts";
export * from "./define_data.ts";
export * from "./kind.ts";
export type { IndexedPort, OutPorts, Port, PortBase } from "./port.ts";
export * from "./services.ts";
export type {
  Diagnostic,
  FieldReference,
  KindDescription,
  KindExample,
  KindSet,
  Location,
  Path,
  Ports,
  Position,
  Scheme,
  SpecCode,
} from "../spec/model/mod.ts";
export { parseDuration, parseSize } from "../spec/model/mod.ts";
export { ERROR_CODES, failure, isError, isList, isMap, NONE } from "../value/mod.ts";
export type { Answer, ErrorCode, Failure, FailureOptions, Stream, Value, ValueMap } from "../value/mod.ts";
