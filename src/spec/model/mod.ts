/** The model of a spec: its parts, the descriptions of kinds, positions in files, and diagnostics. */
export * from "./diagnostic.ts";
export type { DataKind } from "./data_kind.ts";
export { defaultName } from "./default_name.ts";
export { identify } from "./identify.ts";
export * from "./kind.ts";
export { nearest, nearestFirst } from "../../value/mod.ts";
export { type Locator, locatorOf, positionIn } from "./origin.ts";
export { normalizePort, portsOf } from "./port.ts";
export { parseDuration, parseSize } from "./quantity.ts";
export { report, type Reported } from "./report.ts";
export { type KindSet, Scheme } from "./scheme.ts";
export { printable, show, showPath } from "./show.ts";
export { sourcePath } from "./source_path.ts";
export * from "./spec.ts";
export { isTestFile } from "./test_file_name.ts";
export { isUuid, uuidOf, uuidv7 } from "./uuid.ts";
