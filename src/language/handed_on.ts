/** The languages whose code executors cannot parse: they get what the compile thread made of it. */
export const HANDED_ON: ReadonlySet<string> = new Set(["typescript"]);
