import { assert, assertEquals, assertThrows } from "@std/assert";
import { forAll, type Random } from "../../../tests/support/random.ts";
import { RegistryError } from "../mod.ts";
import { Regex } from "./regex.ts";

Deno.test("an expression means what it means everywhere else", () => {
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
    ["^\\u{1F600}\\uD83D\\uDE00\\x41\\n\\t\\cJ\\0$", ["😀😀A\n\t\n\0"], ["😀"]],
    ["\\.\\*\\/", [".*/"], ["a*/"]],
    ["(a|b)*c", ["c", "ababc"], ["ab"]],
    ["(){9999}x", ["x"], ["y"]],
    ["((a*)*)*b", ["b", "aab"], ["aa"]],
  ];
  for (const [source, yes, no] of cases) {
    const regex = new Regex(source);
    for (const text of yes) assertEquals(regex.test(text), true, `${source} ~ ${JSON.stringify(text)}`);
    for (const text of no) assertEquals(regex.test(text), false, `${source} !~ ${JSON.stringify(text)}`);
    for (const text of [...yes, ...no]) {
      assertEquals(new RegExp(source, "u").test(text), yes.includes(text), `${source}, ${JSON.stringify(text)}`);
    }
  }
});

Deno.test("a random expression means what it means to the engine", () =>
  forAll("regex", 10_000, (random) => {
    const source = randomRegex(random, 3);
    const text = Array.from({ length: random.int(0, 8) }, () => random.pick(["a", "b", " ", "é"])).join("");
    assertEquals(
      new Regex(source).test(text),
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

Deno.test("what cannot be matched in linear time is refused, and so is what is none or too much", () => {
  const cases: [string, string][] = [
    ["(a)\\1", "it has a back reference"],
    ["(?<x>a)\\k<x>", "it has a back reference"],
    ["a(?=b)", "it has a look-around"],
    ["a(?!b)", "it has a look-around"],
    ["(?<=a)b", "it has a look-around"],
    ["(?<!a)b", "it has a look-around"],
    ["(?i:a)", "it has flags of its own"],
    ["[", "cannot be used"],
    ["a{2,1}", "cannot be used"],
    ["(", "cannot be used"],
    ["\\y", "cannot be used"],
    ["x".repeat(1001), "longer than 1000 characters"],
    ["a{6000}", "it repeats too much"],
    ["((a{100}){100}){100}", "it repeats too much"],
  ];
  for (const [source, message] of cases) {
    assertEquals(assertThrows(() => new Regex(source), RegistryError, message).code, "invalid");
  }
});

Deno.test("an expression that has more places than are remembered is right all the same", () => {
  // It has to know where each of the last 15 letters was: 32,768 places.
  const regex = new Regex("a[ab]{14}$");
  let letters = "";
  for (let i = 0, bits = 1; i < 10_000; i++, bits = Math.imul(bits, 1103515245) + 12345) {
    letters += bits & 0x8000 ? "a" : "b";
  }
  for (let end = 9_000; end < 9_020; end++) {
    const text = letters.slice(0, end);
    assertEquals(regex.test(text), text.at(-15) === "a");
  }
});

Deno.test("no expression runs away, however it is written", () => {
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
      "((((){4999}){4999}){4999}){4999}b",
    ]
  ) {
    const start = performance.now();
    assertEquals(new Regex(source).test(text), false, source);
    const took = performance.now() - start;
    assert(took < 30_000, `${source} took ${took} ms`);
  }
});
