import { z } from "zod";
import { SECRET_REFERENCE } from "../env/secret_references.ts";
import { DURATION, parseDuration, parseSize, SIZE } from "../model/quantity.ts";

/** Excludes what would end a name in `namespace:name`, in a path such as `outer/0`, or in a log line. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const PORT_NAME = /^[A-Za-z_][A-Za-z0-9_-]*(?:\[(?:0|[1-9]\d{0,4})\])?$/;

/**
 * Returns the schema of a duration in milliseconds, given as a number or a string: `500ms`, `2s`, `1m30s`. Never negative.
 *
 * @example
 * ```ts
 * import { duration } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(duration().parse("1m30s"), 90_000);
 * assertEquals(duration().parse(250), 250);
 * ```
 */
export function duration() {
  return z.union(
    [z.number().nonnegative(), z.string().regex(DURATION).transform((text) => parseDuration(text)!)],
    { error: "expected a duration such as 500ms, 2s or 1m30s, or a number of milliseconds" },
  ).meta({ description: "A number of milliseconds, or a duration such as 500ms, 2s or 1m30s." });
}

/** Returns the schema of a size in bytes, given as a number or a string: `64KiB`, `1MB`. Whole and never negative. */
export function size() {
  return z.union(
    [z.int().nonnegative(), z.string().regex(SIZE).transform((text) => parseSize(text)!)],
    { error: "expected a size such as 64KiB or 1MB, or a number of bytes" },
  ).meta({ description: "A number of bytes, or a size such as 64KiB or 1MB." });
}

/** Returns the schema of a TCP port, 0 to 65535; 0 means any that is free. */
export function port() {
  return z.int().min(0).max(65535).meta({ description: "A TCP port, 0 to 65535; 0 takes any that is free." });
}

/**
 * Returns the schema of a reference to a secret: `env:NAME`, a variable that `start --env` grants, or `file:NAME`, a file
 * in the folder of `start --secrets`. The secret itself is not written into a spec, where whoever reads specs sees it.
 */
export function secret() {
  // the value is not part of a message: it may be the secret itself
  return z.string().refine((text) => SECRET_REFERENCE.test(text), {
    error: "expected env:NAME or file:NAME, because a secret is not written into a spec",
    params: { secret: true },
  }).meta({
    description: "A secret: env:NAME, granted by start --env, or file:NAME, in the folder of start --secrets.",
  });
}

/** Returns the schema of the name of a port of a node: `out`, `error`, `out[0]`. */
export function portName() {
  return z.string().regex(PORT_NAME, "expected the name of a port, such as out or out[0]")
    .meta({ description: "The name of a port, such as out or out[0]." });
}

/** Returns the schema of a node name or a namespace: letters, digits, `_`, `-` and `.`, at most 128 of them. */
export function nodeName() {
  return z.string().max(128)
    .regex(NAME, "expected letters, digits, _, - and ., the first no - or .")
    .refine((text) => !UUID.test(text), "expected a name; a UUID belongs in id");
}

/** Returns the schema of an id: any UUID, converted to lower case. */
export function nodeId() {
  return z.string().regex(UUID, "expected a UUID").toLowerCase();
}

/** Returns the schema of a link: `{ name: router, port: in }`. */
export function link() {
  return z.strictObject({
    id: nodeId().optional().meta({ description: "The id of the node; it wins over the name." }),
    name: z.string().min(1).optional().meta({ description: "The name of the node, in the same namespace." }),
    port: portName().meta({ description: "The port of that node, such as in or in[0]." }),
  }).refine(({ id, name }) => id !== undefined || name !== undefined, "expected a name or an id")
    .meta({ description: "A port of another node of the same namespace." });
}

/** Returns the schema of a list of nested specs, which are checked by their own kinds (see `nested`). */
export function specs() {
  return z.array(z.looseObject({ kind: z.string().meta({ description: "What the node is." }) })).min(1).meta({
    description: "Specs of the nodes inside.",
  });
}

const BINDING = z.strictObject({
  name: z.string().min(1).optional().meta({
    description: "The name of a value, an entry of kind registry.entry in the same namespace.",
  }),
  id: z.string().min(1).optional().meta({ description: "The id of a value, its meta.id; it wins over the name." }),
  data: z.any().optional().meta({
    description:
      "What is bound. Templates in it read the data of the value: '{{ .user }}'; without name and id, the variables. " +
      "Default: the data of the value.",
  }),
  value: z.any().optional().meta({ description: "An older name of data." }),
});

/** What `env` is. Its errors are told by `readBindings`. */
const ENV = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
  z.union([z.string(), z.number(), z.boolean(), z.null(), BINDING, z.array(BINDING).min(1)]),
);

/** The fields that every spec has, whatever its kind. */
export const COMMON = z.strictObject({
  kind: z.string().min(1).meta({ description: "What the node is." }),
  namespace: nodeName().optional().meta({
    description: "The set of specs that run together; a link never leaves it. Default: that of the command.",
  }),
  name: nodeName().optional().meta({ description: "Unique in its namespace; other nodes link to it by this name." }),
  id: nodeId().optional().meta({ description: "A UUID. Made for the spec if it is not given, and kept." }),
  meta: z.record(z.string(), z.any()).optional().meta({
    description:
      "Notes for people and tools, of any value, by which specs are found: `weft find '*meta.tags=backend'`.",
  }),
  annotations: z.record(z.string(), z.any()).optional().meta({
    description: "An older name of meta, in which numbers and booleans are read as strings.",
  }),
  env: ENV.optional().meta({
    description:
      "What the templates and the code of the node see as env, by name: data, or the data of a value. Of a list of " +
      "bindings the last counts for which there is a value. Nodes inside see it too.",
  }),
  links: z.record(z.string(), z.array(link())).optional().meta({
    description: "From an out port to the ports of other nodes that what is sent goes to.",
  }),
});
