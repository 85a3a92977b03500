const script = (name: string, code: string, more: Record<string, unknown> = {}) => ({
  kind: "snippet",
  name,
  language: "javascript",
  code: `export default ${code}`,
  ...more,
});
const to = (name: string) => ({ links: { out: [{ name, port: "in" }] } });

/** A path that the clients request. */
interface Route {
  /** Returns its nodes. The router is linked to the first. */
  specs: (version: number) => Record<string, unknown>[];
  /** Its share of all requests; 0 for a fault. */
  share: number;
  /** Reports whether an answer is right. The versions `from` to `to` ran while it was made. */
  isRight: (answer: { status: number; text: string }, from: number, to: number) => boolean;
}

const isVersion: Route["isRight"] = ({ status, text }, from, to) =>
  status === 200 && Number(text) >= from && Number(text) <= to;
const isFailed: Route["isRight"] = ({ status }) => status === 500;

/** The routes by path. */
export const ROUTES: Readonly<Record<string, Route>> = {
  version: { share: 50, specs: (version) => [script("version", `() => ${version}`)], isRight: isVersion },
  steps: {
    share: 20,
    // crosses to the host and back
    specs: (version) => [
      script("steps", `() => ${version}`, to("steps_log")),
      { kind: "log", name: "steps_log", level: "debug", ...to("steps_end") },
      script("steps_end", "(n) => n"),
    ],
    isRight: isVersion,
  },
  isolated: {
    share: 10,
    specs: (version) => [script("isolated", `async () => { await null; return ${version} }`, { isolate: true })],
    isRight: isVersion,
  },
  expression: {
    share: 10,
    specs: (
      version,
    ) => [{ kind: "snippet", name: "expression", language: "cel", code: `self.path.size() + ${version} - 11` }],
    isRight: isVersion,
  },
  throws: { share: 10, specs: () => [script("throws", "() => { throw new Error('x') }")], isRight: isFailed },
  loops: { share: 0, specs: () => [script("loops", "() => { for (;;); }", { timeout: 50 })], isRight: isFailed },
  native: {
    share: 0,
    specs: (version) => [script(
      "native",
      // the code changes now and then, or it would stay in quarantine
      `() => { const s = 'a'.repeat(1 << 24); let n = ${
        version >> 4
      }; for (let i = 0; i < 200; i++) n += s.lastIndexOf('b' + i); return n }`,
      { timeout: 100 },
    )],
    isRight: isFailed,
  },
  hungry: {
    share: 0,
    specs: (
      version,
    ) => [script("hungry", `() => { const a = [${version >> 4}]; for (;;) a.push(new Array(1e5).fill(1.1)) }`)],
    isRight: isFailed,
  },
};

/** The paths that are faults. */
export const FAULTS: readonly string[] = Object.keys(ROUTES).filter((path) => ROUTES[path]!.share === 0);

/** Returns the specs of a version as YAML. */
export function specsOf(version: number): string {
  const routes = Object.values(ROUTES).map(({ specs }) => specs(version));
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, ...to("router") },
    {
      kind: "router",
      name: "router",
      routes: Object.keys(ROUTES).map((path, n) => ({ path: `/${path}`, port: `out[${n}]` })),
      links: Object.fromEntries(routes.map(([first], n) => [`out[${n}]`, [{ name: first!.name, port: "in" }]])),
    },
    ...routes.flat(),
  ]);
}

/** Returns the specs of a version that is rejected, because a top level never ends. */
export function rejectedSpecs(version: number): string {
  return specsOf(version).replace("export default () => { throw", "for (;;); export default () => { throw");
}
