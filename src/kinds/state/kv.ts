import { defineKind, type Effect, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import { failure, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { HOST_EXPRESSION, siteOf } from "../key_expression.ts";
import { DATABASE_TYPES } from "../sql/database_connection.ts";
import type { Condition, Entry, KvStore } from "./kv_store.ts";
import { compilePart, expressionsOf, partNamed, type PayloadPart } from "./payload_expression.ts";
import { DATABASE_ERRORS, tableField } from "./state_fields.ts";
import { checkKey } from "./stored_value.ts";
import { useKv } from "./use_store.ts";

const fields = z.object({
  connection: z.string().min(1).optional().meta({
    description: "The name of a connection of type sqlite or postgres. Default: the memory of the engine.",
  }),
  table: tableField("weft_kv", "the values; in memory too, each name has its own"),
  operation: z.enum(["get", "set", "increment", "delete", "expire", "list"]).default("get").meta({
    description: "What is done: get, set, increment, delete, expire, list. Default get.",
  }),
  key: z.string().min(1).optional().meta({
    description: "A CEL expression over the payload, `self`: the key, or the prefix of what is listed. Default the " +
      `payload itself if it is a text, otherwise \`self.key\`, or \`self.prefix\`. ${HOST_EXPRESSION}`,
  }),
  value: z.string().min(1).optional().meta({
    description: "A CEL expression over the payload: what is set. Default `self.value`.",
  }),
  by: z.int().default(1).meta({
    description: "What an increment adds, if the payload has no `by`. Default 1.",
  }),
  ttl: duration().optional().meta({
    description:
      "After which time what is set is removed, if the payload has no `ttl`. Of a number that is added to, the time " +
      "begins with the first one. Default never.",
  }),
  when: z.enum(["always", "absent", "version"]).default("always").meta({
    description:
      "When something is set or deleted: `always`; if the key is `absent`; or if it has the `version` that the payload " +
      "says. Otherwise it is an error with the code conflict. Default always.",
  }),
  missing: z.enum(["null", "error"]).default("null").meta({
    description: "What it is to get a key that is not there: `null`, or an `error`. Default null.",
  }),
  result: z.enum(["value", "entry"]).default("value").meta({
    description:
      "Whether the `value` goes on, or the `entry`: a map of key, value, version and expires. Default value.",
  }),
  limit: z.int().min(1).max(10_000).default(100).meta({
    description: "How many are listed. Default 100.",
  }),
  concurrency: z.int().min(1).max(1_000).default(1).meta({
    description: "How many calls of one process may be under way at a time. Default 1.",
  }),
});

type KvFields = z.infer<typeof fields>;

/** Keeps values by key. */
export const kv: Kind = defineKind({
  name: "kv",
  summary: "Gets, sets, adds to, deletes and lists values by key, in memory or in a database.",
  place: "host",
  effect: effectOf,
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  portSummaries: {
    in: "The key, or a map of `key` and what else the operation needs.",
    out: "What the operation has found or done.",
    error: "Why it was not done.",
  },
  about: `
| operation   | payload                             | what goes on                                                         |
| ----------- | ----------------------------------- | -------------------------------------------------------------------- |
| \`get\`       | \`key\`                               | the value, or null                                                   |
| \`set\`       | \`key\`, \`value\`, \`ttl\`, \`version\`    | the value; as an entry, with its new version                         |
| \`increment\` | \`key\`, \`by\`, \`ttl\`                  | the sum; a key that is not there begins with 0                       |
| \`delete\`    | \`key\`, \`version\`                    | whether it was there                                                 |
| \`expire\`    | \`key\`, \`ttl\`; null for never        | whether it is there                                                  |
| \`list\`      | \`prefix\`, \`after\`                   | a list of maps of \`key\` and \`value\`, in the order of the keys        |

Values come back as they were: bytes, dates, bigints and errors too. A \`ttl\` of a payload is in milliseconds, or a text such
as \`5m\`. A version grows with each change of any key, and no key ever has the same one twice: \`when: version\` sets only what
nobody has changed since it was read. The next page of a list begins \`after\` the last key of the one before.

Each call is done for itself and permanent when it is answered; it is no part of the transaction of its process. Calls that
come at the same time share a commit. What is in memory is gone when the engine ends, or no node names the table any more; it
holds 100,000 entries and 64 MiB. Keys have up to 1,000 characters, values 8 MiB.

Tables are made by the engine, and are nothing for statements to write to. All nodes, namespaces and engines that name one
share it.
`.trim(),
  errors: {
    conflict: "The key is there, or has another version than the payload says.",
    not_found: "There is no such key, and `missing` is error.",
    invalid_payload:
      "The payload has no key or value, the value cannot be stored, or what is added to is no whole number.",
    too_large: "The value has more than 8 MiB, or the memory is full.",
    ...DATABASE_ERRORS,
  },
  verbatim: ["key", "value"],
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: DATABASE_TYPES }],
  examples: [
    {
      title: "Count the visits of each path for a day",
      spec: { kind: "kv", operation: "increment", key: '"visits:" + self.path', ttl: "1d" },
    },
    {
      title: "Keep a session for half an hour",
      spec: { kind: "kv", operation: "set", key: "self.session", value: "self.user", ttl: "30m" },
    },
    {
      title: "Let one of many through: the first to take the lock",
      spec: { kind: "kv", operation: "set", key: '"lock:" + self.job', value: "self.job", when: "absent", ttl: "1m" },
    },
  ],
  code: (fields) => expressionsOf(fields, ["key", "value"]),
  check({ operation, when }) {
    const allowed: readonly string[] = operation === "set"
      ? ["always", "absent", "version"]
      : operation === "delete"
      ? ["always", "version"]
      : ["always"];
    if (allowed.includes(when)) return [];
    return [{
      location: { path: ["when"] },
      message: `invalid when ${JSON.stringify(when)} of operation ${operation}: expected ${allowed.join(", ")}`,
    }];
  },
  async prepare(context) {
    const { fields, metrics } = context;
    const store = await useKv(context, fields);
    const compiled = (name: "key" | "value") =>
      fields[name] === undefined ? undefined : compilePart(fields[name], siteOf(context, [name]));
    const parts: Parts = {
      key: compiled("key") ?? keyPart(fields.operation === "list" ? "prefix" : "key"),
      value: compiled("value") ?? partNamed("value"),
    };
    const operate = OPERATIONS[fields.operation];
    return {
      concurrency: fields.concurrency,
      in: async (payload) => {
        metrics.count("calls");
        return await operate(store, payload, fields, parts);
      },
    };
  },
});

/** What finds the key and the value in a payload. */
interface Parts {
  readonly key: PayloadPart;
  readonly value: PayloadPart;
}

type Operation = (store: KvStore, payload: Value, fields: KvFields, parts: Parts) => Promise<Value>;

const OPERATIONS: Readonly<Record<KvFields["operation"], Operation>> = {
  async get(store, payload, { missing, result }, parts) {
    const key = checkKey(parts.key(payload));
    const entry = await store.get(key);
    if (entry !== undefined) return result === "entry" ? entryValue(entry) : entry.value;
    if (missing === "error") throw failure(`there is no key ${JSON.stringify(key)}`, { code: "not_found" });
    return null;
  },
  async set(store, payload, fields, parts) {
    const key = checkKey(parts.key(payload));
    const value = parts.value(payload);
    if (value === undefined) throw failure("invalid payload: it has no value", { code: "invalid_payload" });
    const condition = conditionOf(payload, fields);
    const written = await store.set({ key, value, ttl: ttlOf(payload, fields), condition });
    if (written === undefined) throw conflict(key, condition);
    return fields.result === "entry" ? entryValue({ key, value, ...written }) : value;
  },
  async increment(store, payload, fields, parts) {
    const key = checkKey(parts.key(payload));
    const by = partNamed("by")(payload) ?? fields.by;
    if (!Number.isSafeInteger(by)) throw failure("invalid by: expected a whole number", { code: "invalid_payload" });
    const entry = await store.increment(key, by as number, ttlOf(payload, fields));
    return fields.result === "entry" ? entryValue(entry) : entry.value;
  },
  async delete(store, payload, fields, parts) {
    const key = checkKey(parts.key(payload));
    const condition = conditionOf(payload, fields);
    const wasThere = await store.delete(key, typeof condition === "number" ? condition : undefined);
    if (!wasThere && condition !== undefined) throw conflict(key, condition);
    return wasThere;
  },
  async expire(store, payload, fields, parts) {
    return await store.expire(checkKey(parts.key(payload)), ttlOf(payload, fields)) !== undefined;
  },
  async list(store, payload, { limit, result }, parts) {
    const prefix = parts.key(payload) ?? "";
    const after = partNamed("after")(payload) ?? undefined;
    const entries = await store.list({
      prefix: prefix === "" ? "" : checkKey(prefix, "prefix"),
      after: after === undefined ? undefined : checkKey(after, "after"),
      limit,
    });
    return entries.map((entry) => result === "entry" ? entryValue(entry) : { key: entry.key, value: entry.value });
  },
};

function effectOf({ operation, when }: Pick<KvFields, "operation" | "when">): Effect {
  if (operation === "get" || operation === "list") return "none";
  return operation === "increment" || when !== "always" ? "once" : "idempotent";
}

function keyPart(name: string): PayloadPart {
  const named = partNamed(name);
  return (payload) => typeof payload === "string" ? payload : named(payload);
}

/** Returns an entry as a payload. */
export function entryValue({ key, value, version, expires }: Entry): ValueMap {
  return { key, value, version, expires: expires === null ? null : new Date(expires) };
}

const time = duration();

/** Returns after how many milliseconds an entry is removed; null for never. */
function ttlOf(payload: Value, { ttl, value }: KvFields): number | null {
  // where the value is chosen out of a payload, that has no other parts of ours
  const given = value === undefined ? partNamed("ttl")(payload) : undefined;
  if (given === undefined) return ttl ?? null;
  if (given === null) return null;
  const read = time.safeParse(given);
  if (read.success) return read.data;
  throw failure(`invalid ttl: expected milliseconds, or a text such as 5m`, { code: "invalid_payload" });
}

function conditionOf(payload: Value, { when }: KvFields): Condition {
  if (when !== "version") return when === "absent" ? "absent" : undefined;
  const version = isMap(payload) ? payload.version : undefined;
  if (Number.isSafeInteger(version)) return version as number;
  throw failure("invalid version: expected a number, as an entry has it", { code: "invalid_payload" });
}

function conflict(key: string, condition: Condition): Error {
  const why = condition === "absent" ? "is there already" : `does not have version ${condition}`;
  return failure(`the key ${JSON.stringify(key)} ${why}`, { code: "conflict" });
}
