import { assertEquals } from "@std/assert";

Deno.test("deno.jsr.json differs from deno.json in the packages of JSR and in nothing else", async () => {
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(new URL(`../../${name}`, import.meta.url))) as {
      imports: Record<string, string>;
    };
  const own = await read("deno.json");
  const jsr = await read("deno.jsr.json");
  const bound = ["@db/sqlite", "@std/assert", "@std/cli/parse-args", "@std/yaml"];
  for (const name of bound) {
    assertEquals(own.imports[name]?.startsWith("./src/jsr/"), true, name);
    assertEquals(jsr.imports[name]?.startsWith("jsr:"), true, name);
    jsr.imports[name] = own.imports[name]!;
  }
  assertEquals(jsr, own);
});
