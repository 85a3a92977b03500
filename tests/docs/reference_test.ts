import { assert, assertEquals } from "@std/assert";
import { startNode, startWorkflow } from "@weft/weft/testing";
import { z } from "zod";
import { formatted, outdated } from "../../scripts/reference.ts";
import { check } from "../../src/api/mod.ts";
import type { Kind } from "../../src/kind/mod.ts";
import { DATA_KINDS, KINDS } from "../../src/kinds/mod.ts";

/** A part of a JSON Schema. */
interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
}

/** Yields the paths of the fields that have no description. */
function* undescribed({ properties = {}, items, additionalProperties }: Schema, path: string): Generator<string> {
  for (const [name, field] of Object.entries(properties)) {
    if (field.description === undefined) yield `${path}.${name}`;
    yield* undescribed(field, `${path}.${name}`);
  }
  if (items !== undefined) yield* undescribed(items, `${path}[]`);
  if (typeof additionalProperties === "object") yield* undescribed(additionalProperties, `${path}.*`);
}

Deno.test("every built-in kind says what it is, what its fields and ports are, and shows an example", () => {
  const wrong: string[] = [];
  for (const { name, summary, fields, ports, portSummaries = {}, examples = [] } of KINDS) {
    if (!/^[A-Z].*\.$/.test(summary)) wrong.push(`${name}: ${summary} is no sentence`);
    wrong.push(...undescribed(z.toJSONSchema(fields, { io: "input", unrepresentable: "any" }) as Schema, name));
    const known = [...ports.in, ...ports.out];
    for (const port of known) {
      const isUsual = ["in", "out", "error"].includes(port);
      if (!isUsual && portSummaries[port] === undefined) wrong.push(`${name}: the port ${port} has no summary`);
    }
    for (const port of Object.keys(portSummaries)) {
      if (!known.includes(port)) wrong.push(`${name}: it has no port ${port}`);
    }
    if (examples.length === 0) wrong.push(`${name}: it has no example`);
  }
  assertEquals(wrong, []);
});

function examplesOf({ examples = [] }: Kind) {
  return examples;
}

/** Returns the entries that the fields of an example name: examples of their kinds. */
function entriesNamedBy({ references = [] }: Kind, spec: { readonly [field: string]: unknown }) {
  return references.flatMap(({ field, kind }) => {
    const { examples = [] } = DATA_KINDS.find(({ name }) => name === kind)!;
    return examples.flatMap((example) => example.spec.name === spec[field] ? example.spec : []);
  });
}

/** The variables that examples name. */
const env = {
  SHOP_TOKEN: "token",
  MAIL_PASSWORD: "password",
  COOKIE: "a secret of no less than 32 bytes",
  COOKIE_NEXT: "a secret that takes the place of it",
};

for (const kind of KINDS) {
  Deno.test(`the examples of ${kind.name} pass the check and start`, async () => {
    const folder = await Deno.makeTempDir();
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
    for (const { title, spec } of examplesOf(kind)) {
      const { kind: name, ...fields } = spec;
      assertEquals(name, kind.name, title);
      const entries = entriesNamedBy(kind, spec);
      assertEquals((await check([spec, ...entries])).diagnostics, [], title);
      if (entries.length > 0) {
        await using workflow = await startWorkflow([{ ...spec, name: "node" }, ...entries], { env, allow: true });
        assert(workflow !== undefined);
        continue;
      }
      await using node = await startNode(kind, fields, { env, allowFiles: [`data=${folder}`] });
      assert(node !== undefined);
    }
  });
}

Deno.test("a page of the reference that was changed, is missing or has no source any more is not current", async () => {
  const made = await formatted();
  assert(made.size > KINDS.length);
  const [first] = made.keys();
  const changed = new Map([...made, [first!, "changed"], ["new.md", "new"]]);
  changed.delete("errors.md");
  const before = await outdated(made);
  assertEquals(
    (await outdated(changed)).filter((path) => !before.includes(path)),
    [first, "errors.md", "new.md"].sort(),
  );
});
