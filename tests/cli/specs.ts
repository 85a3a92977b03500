/** A snippet that returns a constant string. */
export function text(name: string, code: string, more: Record<string, unknown> = {}) {
  return { kind: "snippet", name, language: "text", code, ...more };
}

/** A node whose port `out` is linked to another node. */
export function linked(name: string, to: string, more: Record<string, unknown> = {}) {
  return { ...text(name, ""), links: { out: [{ name: to, port: "in" }] }, ...more };
}

/** A node that does nothing. */
export function nop(name: string, more: Record<string, unknown> = {}) {
  return { kind: "nop", name, ...more };
}

/** A listener on a free port that sends every request to a node. */
export function listener(name: string, to: string, more: Record<string, unknown> = {}) {
  return { kind: "listener", name, protocol: "http", port: 0, links: { out: [{ name: to, port: "in" }] }, ...more };
}
