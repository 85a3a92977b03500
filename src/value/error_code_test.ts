import { assert, assertEquals } from "@std/assert";
import { ERROR_CODES } from "./mod.ts";

const SRC = new URL("../", import.meta.url);
const TABLE = "error_code.ts";

/** Where a module gives an error its code. A type, as in `& { code: "x" }`, does not count. */
const GIVEN = /(?:(?<!& )\{ code: |^\s+code: |\bcode = |\bnew RegistryError\(\s*|\bhttpError\()"(\w+)"/gm;

/** A SQLSTATE: the standard of SQL has a table of those. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The modules below a folder, without comments and tests. */
async function* modules(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* modules(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts") && name !== TABLE) {
      yield (await Deno.readTextFile(new URL(name, folder))).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    }
  }
}

Deno.test("The table of error codes holds exactly the codes that the engine uses", async () => {
  const sources = await Array.fromAsync(modules(SRC));
  const given = new Set(sources.flatMap((source) => [...source.matchAll(GIVEN)].map(([, code]) => code!)));
  assert(given.size > 20, `only ${given.size} codes were found`);
  const missing = [...given].filter((code) => !Object.hasOwn(ERROR_CODES, code) && !SQLSTATE.test(code));
  assertEquals(missing, [], "missing in the table");
  const unused = Object.keys(ERROR_CODES).filter((code) => !sources.some((source) => source.includes(`"${code}"`)));
  assertEquals(unused, [], "unused");
});

Deno.test("The table of error codes is sorted, and each code is explained by one sentence", () => {
  const codes = Object.keys(ERROR_CODES);
  assertEquals(codes, codes.toSorted());
  for (const sentence of Object.values(ERROR_CODES)) assert(/^[A-Z][^.]*\.$/.test(sentence), sentence);
});
