import { causes, type Failure } from "./error.ts";
import { explainPermission } from "./missing_permission.ts";

/** Marks an error as a mistake of the caller. It adds nothing to the messages around it. */
const MARK = "invalid argument";

/**
 * Returns why something failed: the messages of an error and its causes, outermost first, without repetition. Of a
 * permission that is missing they name the flag.
 */
export function reasonOf(error: Error): string {
  const chain: Failure[] = causes(error);
  let messages: string[] = [];
  for (const { message, code, cause } of chain) {
    // who rejected a change does not matter if the cause says why
    const says = code !== "rejected" || cause === undefined;
    const isNews = message !== MARK && !messages.some((said) => said.endsWith(message));
    if (says && isNews) messages.push(message);
    const explained = explainPermission(message);
    if (explained !== message) messages = messages.map((said) => replaceEnd(said, message, explained));
  }
  return messages.join(": ") || error.message;
}

function replaceEnd(text: string, end: string, by: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) + by : text;
}
