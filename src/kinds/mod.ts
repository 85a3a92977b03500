/** The built-in node kinds. */
import type { Kind } from "@weft/weft/kind";
import { EXECUTOR_KINDS } from "./executor/mod.ts";
import { events } from "./net/events.ts";
import { listener } from "./net/listener.ts";
import { staticKind } from "./net/static.ts";
import { log } from "./system/log.ts";
import { syscall } from "./system/syscall.ts";

export { CODECS } from "./executor/mod.ts";
export { type Internals, internalsOf } from "./internals.ts";
export type { System } from "./system/system.ts";

/** All built-in kinds. */
export const KINDS: readonly Kind[] = [...EXECUTOR_KINDS, events, listener, log, staticKind, syscall];
