/** The built-in node kinds. */
import type { Kind } from "../flow/mod.ts";
import { EXECUTOR_KINDS } from "./executor/mod.ts";
import { listener } from "./net/listener.ts";
import { log } from "./system/log.ts";
import { syscall } from "./system/syscall.ts";

export type { Callable, CodeOptions, ExecutorContext, HostContext } from "./context.ts";
export { CODECS } from "./executor/mod.ts";
export type { System } from "./system/system.ts";

/** All built-in kinds. */
export const KINDS: readonly Kind[] = [...EXECUTOR_KINDS, listener as Kind, log as Kind, syscall as Kind];
