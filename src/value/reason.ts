import { causes, type Failure } from "./error.ts";

/** What marks an error as the fault of whoever asked; people see that from the rest. */
const MARK = "invalid argument";

/** Why something failed, for people: what an error and those behind it say, outermost first, each thing once. */
export function reasonOf(error: Error): string {
  const chain: Failure[] = causes(error);
  const messages: string[] = [];
  for (const { message, code, cause } of chain) {
    // who refused is of no use to whoever is told why
    const says = code !== "rejected" || cause === undefined;
    const isNews = message !== MARK && !messages.some((said) => said.endsWith(message));
    if (says && isNews) messages.push(message);
  }
  return messages.join(": ") || error.message;
}
