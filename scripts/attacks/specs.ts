import type { Attack } from "../../tests/attacks/mod.ts";

/** The ports of an engine that is attacked. */
export interface Ports {
  /** Leads to what bystanders ask for. */
  readonly good: number;
  /** Leads to the attacks. */
  readonly web: number;
  /** Takes new specs. */
  readonly control: number;
  /** Leads to an attack that was accepted while the engine ran. */
  readonly applied: number;
  /** Serves the status. */
  readonly admin: number;
}

type Spec = Record<string, unknown>;

/** What attacks are loaded with. */
export interface Loading {
  ports: Ports;
  /** The time limit of the snippets of attacks, in milliseconds. Default: that of snippets, 1,000. */
  limit?: number | undefined;
}

const snippet = (name: string, language: string, code: string): Spec => ({ kind: "snippet", name, language, code });
const link = (name: unknown) => [{ name, port: "in" }];

/** What bystanders ask for, by path: nodes without effect. Each answers with the number `n` of the query, plus one. */
const GOOD: Readonly<Record<string, readonly Spec[]>> = {
  plain: [snippet("good", "javascript", "export default ({ query }) => Number(query.n[0]) + 1")],
  waits: [
    snippet(
      "good_waits",
      "javascript",
      "export default async ({ query }) => { await null; return Number(query.n[0]) + 1 }",
    ),
  ],
  typed: [snippet("good_typed", "typescript", "export default ({ query }: any): number => Number(query.n[0]) + 1")],
  expression: [snippet("good_expression", "cel", "int(self.query.n[0]) + 1")],
  two: [
    {
      ...snippet("good_one", "javascript", "export default ({ query }) => query.n[0]"),
      links: { out: link("good_two") },
    },
    snippet("good_two", "javascript", "export default (n) => Number(n) + 1"),
  ],
};

/** The paths that bystanders ask for. */
export const GOOD_PATHS: readonly string[] = Object.keys(GOOD).map((path) => `/good/${path}`);

/** Returns the nodes of an attack, the first of which its path leads to. @param index Its number. */
function nodesOf(attack: Attack, index: number, { limit }: Loading): readonly Spec[] {
  if (attack.specs !== undefined) return attack.specs;
  const { language = "javascript", fields = {} } = attack;
  const timeout = limit === undefined ? {} : { timeout: limit };
  return [{ ...snippet(`attack${index}`, language, codeOf(attack)), ...timeout, ...fields }];
}

function codeOf({ code, run, runAsync }: Attack): string {
  if (code !== undefined) return code;
  if (runAsync !== undefined) return `export default async (request) => { ${runAsync}; return "done" }`;
  return `export default (request) => { ${run}; return "done" }`;
}

/** Returns the specs of an engine with all attacks, but for those that are applied while it runs. */
export function specsOf(attacks: readonly Attack[], loading: Loading): Spec[] {
  const { good, web, control } = loading.ports;
  // a router needs a route
  const paths = new Map<string, readonly Spec[]>([["/nothing", [{ kind: "nop", name: "nothing" }]]]);
  const goodPaths = new Map(Object.entries(GOOD).map(([path, nodes]) => [`/good/${path}`, nodes] as const));
  for (const [index, attack] of attacks.entries()) {
    if (attack.applied !== undefined) continue;
    const nodes = nodesOf(attack, index, loading);
    paths.set(`/attack/${index}`, nodes);
    paths.set(`/attack/${index}/*`, nodes.slice(0, 1));
  }
  return [
    { kind: "listener", name: "bystanders", port: good, links: { out: link("good_router") } },
    ...routed("good_router", goodPaths),
    { kind: "listener", name: "web", port: web, timeout: "4s", links: { out: link("router") } },
    ...routed("router", paths),
    { kind: "listener", name: "control", port: control, maxBody: "16MiB", links: { out: link("methods") } },
    {
      kind: "router",
      name: "methods",
      routes: [{ method: "POST", path: "/", port: "out[0]" }, { method: "DELETE", path: "/", port: "out[1]" }],
      links: { "out[0]": link("create"), "out[1]": link("delete") },
    },
    ...["create", "delete"].map((name) => ({
      kind: "block",
      name,
      specs: [snippet("body", "cel", "self.body"), { kind: "syscall", opcode: `nodes.${name}` }],
    })),
  ];
}

/** Returns a router to the first of the nodes of each path, and the nodes. */
function routed(name: string, paths: ReadonlyMap<string, readonly Spec[]>): Spec[] {
  return [
    {
      kind: "router",
      name,
      routes: [...paths.keys()].map((path, n) => ({ path, port: `out[${n}]` })),
      links: Object.fromEntries([...paths.values()].map(([first], n) => [`out[${n}]`, link(first!.name)])),
    },
    ...new Set([...paths.values()].flat()),
  ];
}

/** Returns the specs of a version with an attack that is applied while the engine runs. */
export function appliedSpecs(attack: Attack, index: number, loading: Loading): Spec[] {
  const nodes = nodesOf(attack, index, loading);
  const { applied } = loading.ports;
  const listener = {
    kind: "listener",
    name: "applied",
    port: applied,
    timeout: "4s",
    links: { out: link(nodes[0]!.name) },
  };
  return [listener, ...nodes];
}
