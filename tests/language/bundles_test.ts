import { assert, assertEquals } from "@std/assert";
import type { Value } from "../../src/value/mod.ts";
import { answerOf, program } from "./run.ts";

// Packages of npm, bundled with a use of each and pasted as snippets, compute what is right. They differ in how they are
// written: CommonJS, UMD and ES modules, classes, tables of bytes, tagged templates, promises. `bench/bundles.ts` tries
// many more.
interface Bundle {
  /** The declarations of the snippet. */
  imports: string;
  /** What the snippet answers. */
  use: string;
  right: Value;
}

const BUNDLES: Readonly<Record<string, Bundle>> = {
  ms: {
    imports: 'import ms from "npm:ms@2.1.3";',
    use: '[ms("2.5 hrs"), ms(5_400_000, { long: true })]',
    right: [9_000_000, "2 hours"],
  },
  dayjs: {
    imports: 'import dayjs from "npm:dayjs@1.11.23";',
    use: 'dayjs("2024-01-31").add(1, "month").format("YYYY-MM-DD dddd")',
    right: "2024-02-29 Thursday",
  },
  qs: {
    imports: 'import qs from "npm:qs@6.17.1";',
    use: '[qs.parse("a[b][]=1&a[b][]=2"), qs.stringify({ a: { b: "c d" } })]',
    right: [{ a: { b: ["1", "2"] } }, "a%5Bb%5D=c%20d"],
  },
  mustache: {
    imports: 'import Mustache from "npm:mustache@4.2.0";',
    use: 'Mustache.render("{{#people}}<{{name}}>{{/people}}", { people: [{ name: "Ada" }, { name: "A&B" }] })',
    right: "<Ada><A&amp;B>",
  },
  "decimal.js": {
    imports: 'import Decimal from "npm:decimal.js@10.6.0";',
    use: '[new Decimal("0.1").plus("0.2").toString(), Decimal.sqrt(2).toFixed(15)]',
    right: ["0.3", "1.414213562373095"],
  },
  "js-sha256": {
    imports: 'import { sha256 } from "npm:js-sha256@1.0.0";',
    use: 'sha256("abc")',
    right: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  },
  fflate: {
    imports: 'import { gunzipSync, gzipSync, strFromU8, strToU8 } from "npm:fflate@0.8.3";',
    use: 'strFromU8(gunzipSync(gzipSync(strToU8("weft ".repeat(3)))))',
    right: "weft weft weft ",
  },
  immer: {
    imports: 'import { produce } from "npm:immer@11.2.10";',
    use: "produce({ a: [1, { b: 2 }] }, (draft) => { draft.a[1].b = 5; draft.a.push(7); })",
    right: { a: [1, { b: 5 }, 7] },
  },
  semver: {
    imports: 'import semver from "npm:semver@7.8.6";',
    use: '[semver.inc("1.2.3", "minor"), semver.satisfies("1.9.0", "^1.2.0"), semver.rcompare("2.0.0-rc.1", "2.0.0")]',
    right: ["1.3.0", true, 1],
  },
  "p-limit": {
    imports: 'import pLimit from "npm:p-limit@7.3.3";',
    use: `(async () => {
      const limit = pLimit(2);
      let running = 0, most = 0;
      const work = async (n) => {
        most = Math.max(most, ++running);
        await null;
        running--;
        return n * n;
      };
      return [await Promise.all([1, 2, 3, 4].map((n) => limit(work, n))), most];
    })()`,
    right: [[1, 4, 9, 16], 2],
  },
};

/** Bundles code of each name, from the cache of Deno or npm. @returns The bundles by their names. */
async function bundled(sources: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "weft-bundles-" });
  try {
    const files = Object.keys(sources).map((name) => `${name}.js`);
    for (const [name, source] of Object.entries(sources)) await Deno.writeTextFile(`${folder}/${name}.js`, source);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--no-config", "--no-lock", "--platform=browser", "--outdir=out", ...files],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const read = Object.keys(sources).map(async (name) =>
      [name, await Deno.readTextFile(`${folder}/out/${name}.js`)] as const
    );
    return Object.fromEntries(await Promise.all(read));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("popular packages, bundled and pasted as snippets, compute what is right", async (test) => {
  const sources = Object.entries(BUNDLES).map(([name, { imports, use }]) =>
    [name, `${imports}\nexport default () => (${use});\n`] as const
  );
  const codes = await bundled(Object.fromEntries(sources));
  for (const [name, { right }] of Object.entries(BUNDLES)) {
    await test.step(name, async () => {
      const code = codes[name]!;
      assert(code.length > 1_000 && !/^\s*import\b/m.test(code), "the package is not part of the bundle");
      const snippet = program(code);
      try {
        assertEquals(await answerOf(snippet), right);
      } finally {
        snippet.release();
      }
    });
  }
});
