import { assert, assertEquals } from "@std/assert";

// docs/uniflow.md has a row for every kind of Uniflow, with its fields and ports, and names a test in each.
const PAGE = new URL("../../docs/uniflow.md", import.meta.url);

/** The fields and the ports of each kind, of all versions. Indexed ports stand by the first. */
const KINDS: Readonly<Record<string, readonly [fields: string, ports: string]>> = {
  assert: ["expect target timeout", "in out error"],
  block: ["specs inbounds outbounds", "in out error"],
  cache: ["capacity interval", "in out"],
  call: ["", "in out[0] out[1] error"],
  for: ["", "in out[0] out[1] error"],
  fork: ["", "in out error"],
  gateway: ["protocol timeout buffer", "io in out error"],
  http: ["url timeout", "in out error"],
  if: ["when timeout", "in out[0] out[1] error"],
  listener: ["protocol host port tls", "out error"],
  loop: ["", "in out[0] out[1] error"],
  merge: ["", "in[0] out error"],
  native: ["opcode", "in out error"],
  nop: ["", "in"],
  pipe: ["", "in out[0] error"],
  print: ["filename", "in out error"],
  proxy: ["urls", "in out error"],
  rdb: ["driver source isolation", "in out error"],
  read: ["filename", "in out error"],
  reduce: ["action init", "in out error"],
  retry: ["threshold limit", "in out"],
  router: ["routes", "in out[0] error"],
  scan: ["filename", "in out error"],
  sequential: ["specs", "in out error"],
  session: ["", "io in out"],
  signal: ["topic", "out"],
  sleep: ["interval", "in out error"],
  snippet: ["language code timeout", "in out error"],
  split: ["", "in out[0] error"],
  sql: ["driver source isolation", "in out error"],
  step: ["specs", "in out error"],
  switch: ["match matches timeout", "in out[0] error"],
  syscall: ["opcode", "in out error"],
  test: ["", "out[0] out[1]"],
  throw: ["", "in"],
  trigger: ["topic", "in out error"],
  try: ["", "in out error"],
  upgrader: ["protocol timeout buffer", "io in out error"],
  wait: ["interval", "in out"],
  websocket: ["url timeout", "io in out error"],
  write: ["filename append", "in out error"],
};

Deno.test("the page about Uniflow tells of every kind, field and port, and of a test that shows it", async () => {
  const text = await Deno.readTextFile(PAGE);
  const section = text.slice(text.indexOf("\n## Kinds\n"), text.indexOf("\n## Operations of a syscall\n"));
  const rows = section.split("\n").filter((line) => line.startsWith("| `")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  const names = (cell: string) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name!);
  const told = new Map<string, Set<string>>();
  for (const [kind = "", , parts = "", verdict = "", test = ""] of rows) {
    const [name = ""] = names(kind);
    told.set(name, new Set([...told.get(name) ?? [], ...names(parts)]));
    assert(verdict !== "", `${name} has no verdict`);
    const path = /^\[test\]\((\S+)\)$/.exec(test)?.[1];
    assert(path !== undefined, `${name} names no test`);
    await Deno.stat(new URL(path, PAGE));
  }
  assertEquals([...told.keys()].sort(), Object.keys(KINDS).sort());
  for (const [kind, [fields, ports]] of Object.entries(KINDS)) {
    for (const part of `${fields} ${ports}`.split(" ").filter((part) => part !== "")) {
      assert(told.get(kind)!.has(part), `${part} of ${kind} is not told`);
    }
  }
});
