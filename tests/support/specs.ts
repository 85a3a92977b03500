/** Returns the targets of a link to one port of a node. */
export function to(name: string, port = "in"): { name: string; port: string }[] {
  return [{ name, port }];
}

/** Returns the spec of a snippet in CEL. */
export function cel(name: string, code: string, links: Record<string, unknown> = {}): Record<string, unknown> & {
  kind: string;
} {
  return { kind: "snippet", name, language: "cel", code, links };
}
