/** The built-in node kinds. */
import type { Kind } from "@weft/weft/kind";
import { EXECUTOR_KINDS } from "./executor/mod.ts";
import { rateLimit } from "./control/rate_limit.ts";
import { session } from "./control/session.ts";
import { listener } from "./net/listener.ts";
import { respond } from "./net/respond.ts";
import { log } from "./system/log.ts";
import { syscall } from "./system/syscall.ts";

export { CODECS } from "./executor/mod.ts";
export { type Internals, internalsOf } from "./internals.ts";
export type { System } from "./system/system.ts";

/** All built-in kinds. */
export const KINDS: readonly Kind[] = [...EXECUTOR_KINDS, listener, log, rateLimit, respond, session, syscall];
