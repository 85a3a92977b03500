import { assert, assertEquals, assertThrows } from "@std/assert";
import { forAll, type Random } from "../../../tests/support/random.ts";
import { RegistryError } from "../mod.ts";
import { compileRegex } from "./regex.ts";

Deno.test("a pattern means what it means in JavaScript", () => {
  const cases: [string, string[], string[]][] = [
    ["/api/.*", ["/api/", "x/api/users"], ["/api", ""]],
    ["^a+b?$", ["a", "aab"], ["b", "abb", "ba"]],
    ["", ["", "a"], []],
    ["^$", [""], ["a"]],
    ["a|b|", ["a", "", "c"], []],
    ["^(?:a|bc)d$", ["ad", "bcd"], ["bd", "abcd"]],
    ["(?<year>\\d{4})-\\d\\d", ["2026-11"], ["206-11"]],
    ["^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]],
    ["^a{2}b{0}c{1,}$", ["aac", "aacc"], ["aabc", "aa"]],
    ["^a*?b+?c??$", ["b", "aabc"], ["a"]],
    ["[a-c\\]^]", ["b", "]", "^"], ["d"]],
    ["^[^a-c]$", ["d", "😀"], ["a", "dd"]],
    ["^.$", ["x", "😀"], ["", "\n", "xy"]],
    ["\\bword\\b", ["a word.", "word"], ["words", "sword"]],
    ["a\\Bb", ["ab"], ["a b"]],
    ["^\\w+\\s\\S\\D$", ["ab c-"], ["ab c1"]],
    ["\\p{Lu}\\P{Lu}", ["Äx"], ["ÄX"]],
    ["\\.\\*\\/", [".*/"], ["a*/"]],
    ["(a|b)*c", ["c", "ababc"], ["ab"]],
    ["(){999}x", ["x"], ["y"]],
    ["((a*)*)*b", ["b", "aab"], ["aa"]],
  ];
  for (const [source, yes, no] of cases) {
    const matches = compileRegex(source);
    for (const text of yes) assertEquals(matches(text), true, `${source} ~ ${JSON.stringify(text)}`);
    for (const text of no) assertEquals(matches(text), false, `${source} !~ ${JSON.stringify(text)}`);
    for (const text of [...yes, ...no]) {
      assertEquals(new RegExp(source, "u").test(text), yes.includes(text), `${source}, ${JSON.stringify(text)}`);
    }
  }
});

Deno.test("a random pattern means what it means in JavaScript", () =>
  forAll("regex", 10_000, (random) => {
    const source = randomRegex(random, 3);
    const text = Array.from({ length: random.int(0, 8) }, () => random.pick(["a", "b", " ", "é"])).join("");
    assertEquals(
      compileRegex(source)(text),
      new RegExp(source, "u").test(text),
      `/${source}/ and ${JSON.stringify(text)}`,
    );
  }));

function randomRegex(random: Random, depth: number): string {
  const part = (): string => depth === 0 ? "a" : randomRegex(random, depth - 1);
  switch (random.int(0, 8)) {
    case 0:
      return `${part()}|${part()}`;
    case 1:
      return `(?:${part()})${random.pick(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"])}`;
    case 2:
      return `(${part()})`;
    case 3:
      return random.pick(["^", "$", "\\b", "\\B"]);
    case 4:
      return random.pick([".", "[ab]", "[^a]", "\\w", "\\s", "\\p{L}", "é"]);
    case 5:
      return "";
    default:
      return `${part()}${part()}`;
  }
}

Deno.test("a pattern that is malformed, too large or not RE2's is rejected", () => {
  const cases: [string, string][] = [
    ["(a)\\1", 'invalid pattern "(a)\\\\1": invalid escape sequence'],
    ["(?<x>a)\\k<x>", "invalid escape sequence"],
    ["a(?=b)", 'invalid pattern "a(?=b)": invalid or unsupported Perl syntax'],
    ["a(?!b)", "invalid or unsupported Perl syntax"],
    ["(?>a)b", "invalid or unsupported Perl syntax"],
    ["[", 'invalid pattern "[": missing closing ]'],
    ["a{2,1}", "invalid repeat count"],
    ["(", "missing closing )"],
    ["\\y", "invalid escape sequence"],
    ["x".repeat(1001), "longer than 1000 characters"],
    ["a{6000}", "invalid repeat count"],
    ["((a{100}){100}){100}", "invalid repeat count"],
  ];
  for (const [source, message] of cases) {
    assertEquals(assertThrows(() => compileRegex(source), RegistryError, message).code, "invalid");
  }
});

Deno.test("a pattern with more states than are cached matches correctly", () => {
  // It depends on where each of the last 15 letters was: 32,768 states.
  const matches = compileRegex("a[ab]{14}$");
  let letters = "";
  for (let i = 0, bits = 1; i < 10_000; i++, bits = Math.imul(bits, 1103515245) + 12345) {
    letters += bits & 0x8000 ? "a" : "b";
  }
  for (let end = 9_000; end < 9_020; end++) {
    const text = letters.slice(0, end);
    assertEquals(matches(text), text.at(-15) === "a");
  }
});

Deno.test("every pattern is matched in linear time", () => {
  const text = `${"a".repeat(20_000)}!`;
  for (
    const source of [
      "^(a+)+$",
      "^(a|a)*$",
      "^(a|aa)+$",
      "^(.*a){20}$",
      "^(a?){50}a{50}$",
      "(x+x+)+y",
      "a*a*a*a*a*b",
      "(((){30}){30})b",
    ]
  ) {
    const start = performance.now();
    assertEquals(compileRegex(source)(text), false, source);
    const took = performance.now() - start;
    assert(took < 30_000, `${source} took ${took} ms`);
  }
});

Deno.test("a literal prefix decides only where it must be there", () => {
  const cases: [string, string[], string[]][] = [
    ["^ab*c", ["ac", "abbc"], ["bac"]],
    ["^ab?", ["a", "ab"], ["b"]],
    ["^ab{0,1}$", ["a", "ab"], ["abb"]],
    ["^ab|c", ["abx", "xc"], ["xab"]],
    ["^(ab|c)", ["ab", "c"], ["b"]],
    ["^/api/x-1:.*$", ["/api/x-1:y"], ["/api/x-1", "x/api/x-1:y"]],
    ["(?i)^ab", ["AB"], ["b"]],
    ["(?m)^ab", ["x\nab"], ["xab"]],
  ];
  for (const [source, yes, no] of cases) {
    const matches = compileRegex(source);
    for (const text of yes) assertEquals(matches(text), true, `${source} ~ ${JSON.stringify(text)}`);
    for (const text of no) assertEquals(matches(text), false, `${source} !~ ${JSON.stringify(text)}`);
  }
});

Deno.test("results are right for more strings than are remembered", () => {
  const matches = compileRegex("[05]$");
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 200; i++) assertEquals(matches(String(i)), i % 5 === 0);
  }
});
