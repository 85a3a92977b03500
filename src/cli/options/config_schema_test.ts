import { Validator } from "@cfworker/json-schema";
import { assert, assertEquals } from "@std/assert";
import { parseConfig, PLURALS } from "./config_file.ts";
import { configSchema } from "./config_schema.ts";
import { ALL_SETTINGS } from "./settings.ts";

const validator = new Validator(configSchema("1.2.3"), "7");

/** Reports whether weft takes settings. */
function isTaken(settings: unknown): boolean {
  try {
    parseConfig(JSON.stringify(settings), "weft.yaml", ALL_SETTINGS);
    return true;
  } catch {
    return false;
  }
}

/** The settings whose text a function checks. */
const CHECKED = new Set(ALL_SETTINGS.filter((flag) => "expected" in flag).map(({ name }) => name));

const VALUES = [
  ...[null, true, false, -1, 0, 1, 1.5, 16, 5000],
  ...["", "text", "json", "warn", "process", "1", "127.0.0.1:80"],
  ...[[], ["a"], ["a", "b=c"], ["a", 5], [""], ["a", true], [null], [[]], [{}]],
  ...[{}, { A: "b" }, { A: 1 }, { A: null }, { A: false }, { A: "" }, { A: [1] }, { A: {} }],
];

Deno.test("the schema of weft.yaml takes the values that weft takes, and no others", () => {
  const names = [...ALL_SETTINGS.map(({ name }) => name), ...Object.keys(PLURALS), "kinds", "stoer", "Store"];
  let taken = 0;
  for (const name of names) {
    for (const value of VALUES) {
      const settings = { [name]: value };
      const expected = isTaken(settings);
      // what a function of a flag checks, a schema cannot say
      const isLoose = !expected && ["string", "number"].includes(typeof value) && CHECKED.has(name);
      if (!isLoose) assertEquals(validator.validate(settings).valid, expected, JSON.stringify(settings));
      if (expected) taken++;
    }
  }
  assert(taken > names.length, "most of the values were rejected");
});

Deno.test("an environment has the same settings", () => {
  const good = [null, {}, { prod: null }, {
    prod: {},
    dev: { store: "a.db", files: ["a"], env: { A: 1 }, kinds: "nop" },
  }];
  const bad = [5, [], "prod", { prod: 5 }, { prod: { stoer: "a.db" } }, { prod: { environments: {} } }];
  const accepts = (environments: unknown) => validator.validate({ store: "a.db", environments }).valid;
  assertEquals([good.map(accepts), bad.map(accepts)], [good.map(() => true), bad.map(() => false)]);
  // as of the version of weft that has them
  if (!isTaken({ environments: {} })) return;
  assertEquals([...good, ...bad].map((environments) => isTaken({ environments })), [...good, ...bad].map(accepts));
});

Deno.test("a list is named once, in the singular or in the plural", () => {
  for (const settings of [{ file: "a", files: "b" }, { extension: [], extensions: [] }]) {
    assertEquals([validator.validate(settings).valid, isTaken(settings)], [false, false]);
  }
  assertEquals([validator.validate({ files: ["a"], extension: "b" }).valid, validator.validate(null).valid], [
    true,
    true,
  ]);
});
