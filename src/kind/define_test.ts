import { assertEquals } from "@std/assert";

// What the author of a kind reads when a kind does not compile. All snippets are checked by one run of the compiler.

const HEAD = `import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
const fields = z.object({ text: z.string().default("x").describe("A text.") });
const ports = { in: ["in"], out: ["out", "error"] } as const;
`;

/** Kinds that do not compile, and the line of its only error that says what is wrong. */
const WRONG: Record<string, { code: string; message: string }> = {
  field: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports,
  prepare: ({ fields }) => ({ in: () => fields.txet }),
});`,
    message: `TS2339 Property 'txet' does not exist on type '{ text: string; }'.`,
  },
  port: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports,
  prepare: ({ ports }) => ({ in: (payload, call) => call.send(ports.oot, payload) }),
});`,
    message: `TS2339 Property 'oot' does not exist on type 'OutPorts<"error" | "out">'.`,
  },
  run: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports,
  prepare: ({ run }) => ({ in: () => run("out", 1) }),
});`,
    message: `TS2339 Property 'run' does not exist on type 'ExecutorContext<{ text: string; }, "error" | "out">'.`,
  },
  use: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports,
  async prepare({ use }) {
    const one = await use("key", () => 1);
    return { in: () => one };
  },
});`,
    message: `TS2339 Property 'use' does not exist on type 'ExecutorContext<{ text: string; }, "error" | "out">'.`,
  },
  compile: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", place: "host", fields, ports,
  prepare({ fields, compile }) {
    const program = compile({ language: "cel", code: fields.text, at: ["text"] });
    return { in: (payload, call) => program.call(call, payload) };
  },
});`,
    message: `TS2339 Property 'compile' does not exist on type 'HostContext<{ text: string; }, "error" | "out">'.`,
  },
  missing_handler: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports: { in: ["in", "other"], out: ["out", "error"] },
  prepare: () => ({ in: (payload) => payload }),
});`,
    message:
      `Property 'other' is missing in type '{ in: (payload: Value) => Value; }' but required in type '{ readonly in: Handler | RawHandler; readonly other: Handler | RawHandler; }'.`,
  },
  extra_handler: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports,
  prepare: () => ({ in: (payload) => payload, inn: () => 1 }),
});`,
    message:
      `Type '() => { in: (payload: Value) => Value; inn: () => number; }' is not assignable to type '"the kind has no in port \\"inn\\""'.`,
  },
  example: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports,
  examples: [{ title: "Two", spec: { kind: "k", text: 2 } }],
  prepare: ({ fields }) => ({ in: () => fields.text }),
});`,
    message: `TS2322 Type 'number' is not assignable to type 'string'.`,
  },
  effect: {
    code: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", place: "host", effect: "twice", fields, ports,
  prepare: () => ({ in: (payload) => payload }),
});`,
    message: `TS2322 Type '"twice"' is not assignable to type 'Effect | ((fields: { text: string; }) => Effect)'.`,
  },
};

const RIGHT: Record<string, string> = {
  asynchronous_prepare: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", place: "host", fields, ports,
  async prepare({ fields, use }) {
    const shared = await use(fields.text, () => new Map<string, number>(), (map) => map.clear());
    return { in: async () => await Promise.resolve(shared.size), release: () => {} };
  },
});`,
  indexed_ports: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports: { in: ["in[]"], out: ["out[]"] },
  prepare: ({ ports }) => ({ in: (payload, call) => call.send(ports.out.at(1), payload) }),
});`,
  source: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", place: "host", fields, ports: { in: [], out: ["out", "error"] },
  prepare: ({ run }) => ({ load: () => void run("out", 1, { timeout: 10 }), unload: () => {} }),
});`,
  raw: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", fields, ports,
  prepare: ({ ports }) => ({ in: { receive: (call) => call.send(ports.out, call.payload) } }),
});`,
  any: `export const kind: Kind = defineKind({
  name: "k", summary: "K.", place: "any", fields, ports,
  examples: [{ title: "A field with a default may be left out", spec: { kind: "k" } }],
  prepare: ({ fields }) => ({ in: () => fields.text }),
});`,
};

Deno.test("a mistake in a kind is an error that names it", async () => {
  // beside the configuration, whose import map the snippets need
  const root = new URL("../../", import.meta.url).pathname;
  const folder = await Deno.makeTempDir({ dir: root, prefix: ".kinds_" });
  try {
    const snippets = [
      ...Object.entries(WRONG).map(([name, { code }]) => [name, code]),
      ...Object.entries(RIGHT),
    ] as [string, string][];
    for (const [name, code] of snippets) await Deno.writeTextFile(`${folder}/${name}.ts`, `${HEAD}${code}\n`);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", `${root}deno.json`, ...snippets.map(([name]) => `${folder}/${name}.ts`)],
      env: { NO_COLOR: "1" },
    }).output();
    const found = errorsByFile(new TextDecoder().decode(stderr));
    const expected = Object.entries(WRONG).map(([name, { message }]) => [name, [message]]);
    assertEquals(found, Object.fromEntries(expected));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Returns the reasons of errors by the name of the file that each stands in. */
function errorsByFile(output: string): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  for (const block of output.split(/^(?=TS\d+ )/m).filter((block) => block.startsWith("TS"))) {
    // the elaborations come before the code, indented ever deeper: the last one is the reason
    const lines = block.replace(" [ERROR]:", "").split("\n");
    const message = lines.slice(0, lines.findIndex((line) => /^\s*~+$/.test(line)) - 1).at(-1)!.trim();
    const file = /at file:\S*\/(\w+)\.ts:/.exec(block)![1]!;
    (errors[file] ??= []).push(message);
  }
  return errors;
}
