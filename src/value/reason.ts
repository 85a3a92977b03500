import { causes, type Failure } from "./error.ts";
import { explainPermissions } from "./missing_permission.ts";

/** Marks an error as a mistake of the caller. It adds nothing to the messages around it. */
const MARK = "invalid argument";

/**
 * Returns why something failed: the messages of an error and its causes, outermost first, without repetition. Of a
 * permission that is missing it tells the flag.
 */
export function reasonOf(error: Error): string {
  const chain: Failure[] = causes(error);
  const messages: string[] = [];
  for (const { message, code, cause } of chain) {
    // who rejected a change does not matter if the cause says why
    const says = code !== "rejected" || cause === undefined;
    const isNews = message !== MARK && !messages.some((said) => said.endsWith(message));
    if (says && isNews) messages.push(message);
  }
  return explainPermissions(messages.join(": ") || error.message);
}
