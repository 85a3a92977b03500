import { nodeName } from "../../spec/mod.ts";
import { type ParsedFlags, UsageError } from "./flag.ts";
import { DEFAULT_NAMESPACE, textOf } from "./settings.ts";

/**
 * The namespace of specs and names that name none.
 *
 * @throws {UsageError} If what was given cannot be the name of one.
 */
export function readNamespace(given: ParsedFlags): string {
  const namespace = textOf(given, "namespace") ?? DEFAULT_NAMESPACE;
  const read = nodeName().safeParse(namespace);
  if (read.success) return namespace;
  throw new UsageError(`invalid --namespace ${JSON.stringify(namespace)}: ${read.error.issues[0]!.message}`);
}
