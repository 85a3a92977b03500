import { assertEquals } from "@std/assert";
import { forAll } from "../../../tests/support/random.ts";
import { matches } from "../mod.ts";
import { globMatches } from "./glob.ts";

Deno.test("a pattern of kinds", () => {
  const cases: [string, string[], string[]][] = [
    ["a.*", ["a.b"], ["a", "a.b.c", "b.b", "a."]],
    ["a.**", ["a", "a.b", "a.b.c"], ["b", "ab"]],
    ["**", ["a", "a.b.c"], []],
    ["*", ["a"], ["a.b", ""]],
    ["**.s.*", ["x.s.y", "s.y", "a.b.s.y"], ["x.s.y.z", "x.s"]],
    ["a.**.z", ["a.z", "a.b.z", "a.b.c.z"], ["a", "a.b"]],
    ["(a|b).(b|y).c", ["a.b.c", "b.y.c"], ["c.y.c", "(a|b).b.c", "a|b.b.c"]],
    ["a*", ["a*"], ["ab", "a"]],
    ["snippet", ["snippet"], ["snippets", "snippet.js"]],
    ["", [], ["", "a"]],
  ];
  for (const [pattern, yes, no] of cases) {
    for (const name of yes) assertEquals(matches(pattern, name), true, `${pattern} ~ ${name}`);
    for (const name of no) assertEquals(matches(pattern, name), false, `${pattern} !~ ${name}`);
  }
});

Deno.test("a pattern with many stars is matched fast", () => {
  const start = performance.now();
  assertEquals(matches(`${"**.".repeat(30)}x`, "a.".repeat(30) + "b"), false);
  assertEquals(performance.now() - start < 30_000, true);
});

Deno.test("a glob", () => {
  const cases: [string, string[], string[]][] = [
    ["function.*", ["function.", "function.lua", "function.lua.bc"], ["function", "xfunction.a"]],
    ["*.js", [".js", "a.js"], ["a.jsx"]],
    ["a*a", ["aa", "aba"], ["a", "ab"]],
    ["*", ["", "x"], []],
    ["*a*", ["a", "xax"], ["x", ""]],
    ["a*b*c", ["abc", "axbxc", "abbc"], ["acb", "ab", "bc"]],
    ["x?[a]", ["x?[a]"], ["xya"]],
    ["", [""], ["a"]],
  ];
  for (const [glob, yes, no] of cases) {
    for (const text of yes) assertEquals(globMatches(glob, text), true, `${glob} ~ ${text}`);
    for (const text of no) assertEquals(globMatches(glob, text), false, `${glob} !~ ${text}`);
  }
});

Deno.test("a glob means what its regular expression means", () =>
  forAll("glob", 10_000, (random) => {
    const text = (letters: string, most: number) =>
      Array.from({ length: random.int(0, most) }, () => random.pick([...letters])).join("");
    const [glob, subject] = [text("ab*", 6), text("ab", 8)];
    const regex = new RegExp(`^${glob.replaceAll("*", ".*")}$`);
    assertEquals(globMatches(glob, subject), regex.test(subject), `${glob} and ${subject}`);
  }));
