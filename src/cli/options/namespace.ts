import { nodeName } from "../../spec/mod.ts";
import { type ParsedFlags, UsageError } from "./flag.ts";
import { DEFAULT_NAMESPACE, stringOf } from "./settings.ts";

/**
 * Returns the namespace of specs and names that do not state one.
 *
 * @throws {UsageError} If the name is invalid.
 */
export function readNamespace(flags: ParsedFlags): string {
  const namespace = stringOf(flags, "namespace") ?? DEFAULT_NAMESPACE;
  const read = nodeName().safeParse(namespace);
  if (read.success) return namespace;
  throw new UsageError(`invalid --namespace ${JSON.stringify(namespace)}: ${read.error.issues[0]!.message}`);
}
