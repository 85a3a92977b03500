/** The built-in node kinds. */
import type { DataKind, Kind } from "@weft/weft/kind";
import { EXECUTOR_KINDS } from "./executor/mod.ts";
import { blockDefinition } from "./control/block.ts";
import { rateLimit } from "./control/rate_limit.ts";
import { session } from "./control/session.ts";
import { auth } from "./auth/auth.ts";
import { events } from "./net/events.ts";
import { deleteKind } from "./files/delete.ts";
import { list } from "./files/list.ts";
import { move } from "./files/move.ts";
import { read } from "./files/read.ts";
import { watch } from "./files/watch.ts";
import { write } from "./files/write.ts";
import { http } from "./http/http.ts";
import { mail } from "./mail/mail.ts";
import { connection } from "./net/connection.ts";
import { listener } from "./net/listener.ts";
import { definition, dependency, requirement } from "./namespace/mod.ts";
import { respond } from "./net/respond.ts";
import { staticKind } from "./net/static.ts";
import { sql } from "./sql/sql.ts";
import { cache } from "./state/cache.ts";
import { kv } from "./state/kv.ts";
import { kvWatch } from "./state/kv_watch.ts";
import { queueConsume } from "./state/queue_consume.ts";
import { queuePush } from "./state/queue_push.ts";
import { cron } from "./time/cron.ts";
import { interval } from "./time/interval.ts";
import { log } from "./system/log.ts";
import { metric } from "./system/metric.ts";
import { print } from "./system/print.ts";
import { registryWatch } from "./system/registry_watch.ts";
import { syscall } from "./system/syscall.ts";
import { trigger } from "./system/trigger.ts";
import { suite } from "./test/suite.ts";
import { gateway } from "./websocket/gateway.ts";
import { websocket } from "./websocket/websocket.ts";

export { CODECS } from "./executor/mod.ts";
export { type ScheduledNode, Schedules } from "./time/schedules.ts";
export type { StoreLeases } from "./time/node_lease.ts";
export { type HealthCheck, type Internals, internalsOf } from "./internals.ts";
export type { AccessEntry } from "./net/access_entry.ts";
export { connectTo } from "./net/open_socket.ts";
export { tryConnection } from "./net/try_connection.ts";
export { GrantedFolders } from "./files/granted_folders.ts";
export { PrivateHosts } from "./net/private_hosts.ts";
export type { System } from "./system/system.ts";
export { Frames, type Recording } from "./test/frames.ts";

/** The built-in kinds of entries that hold data for nodes. */
export const DATA_KINDS: readonly DataKind[] = [blockDefinition, connection, definition, dependency, requirement];

/** All built-in kinds. */
export const KINDS: readonly Kind[] = [
  ...EXECUTOR_KINDS,
  auth,
  cache,
  cron,
  deleteKind,
  events,
  gateway,
  http,
  interval,
  kv,
  kvWatch,
  list,
  listener,
  log,
  mail,
  metric,
  move,
  print,
  queueConsume,
  queuePush,
  rateLimit,
  read,
  registryWatch,
  respond,
  session,
  sql,
  staticKind,
  suite,
  syscall,
  trigger,
  watch,
  websocket,
  write,
];
