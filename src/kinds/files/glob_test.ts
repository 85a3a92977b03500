import { assert, assertEquals, assertThrows } from "@std/assert";
import { compileGlob } from "./glob.ts";

Deno.test("patterns match paths as those of shells do", () => {
  const cases: [pattern: string, matches: string[], not: string[]][] = [
    ["*", ["a", "a.txt", "ä b"], ["a/b", ".a", ""]],
    ["*.csv", ["a.csv", "a.b.csv"], ["a.csvx", "x/a.csv", ".a.csv", ".csv"]],
    ["a?c", ["abc", "aäc", "a😀c"], ["ac", "a/c"]],
    ["?bc", ["abc"], [".bc"]],
    ["*?", ["a", "ab"], [".a", ""]],
    ["*a", ["a", "ba"], [".a", "b"]],
    ["**", ["a", "a/b", "a/b/c.d"], [".a", "a/.b", ".a/b"]],
    ["**/*.js", ["x.js", "a/x.js", "a/b/x.js"], ["a/.x.js", ".a/x.js", "a/x.jsx"]],
    ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a/bz", "b/a/z"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "x"]],
    ["[!a-c]x", ["dx"], ["ax", "/x"]],
    ["{in,new}/*", ["in/a", "new/b"], ["old/a", "in/.a"]],
    ["{*,.*}", ["a", ".a"], ["a/b"]],
    ["*.{c,h}", ["x.c", "x.h"], ["x.d"]],
    [".env", [".env"], ["env", "xenv"]],
    ["a\\*b", ["a*b"], ["axb"]],
    ["a+(b)|$^", ["a+(b)|$^"], ["aab"]],
    ["[.]x", [".x"], ["ax"]],
  ];
  for (const [pattern, yes, no] of cases) {
    const matches = compileGlob(pattern);
    assertEquals(yes.filter((path) => !matches(path)), [], `${pattern} matches`);
    assertEquals(no.filter((path) => matches(path)), [], `${pattern} does not match`);
  }
  assert(compileGlob("**", true)("a/.b") && compileGlob("*", true)(".a") && compileGlob("?", true)("."));
});

Deno.test("a pattern that is none is an error, and none takes long", () => {
  for (const pattern of ["a**", "**b", "{a", "[a", "a\\", "x".repeat(2_000)]) {
    assertThrows(() => compileGlob(pattern), Error, "invalid pattern ");
  }
  const matches = compileGlob(`${"*a".repeat(100)}b`);
  const began = performance.now();
  assert(!matches("a".repeat(4_000)));
  assert(performance.now() - began < 5_000);
});
