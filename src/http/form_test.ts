import { assertEquals } from "@std/assert";
import { CHARACTERS, seededTest } from "../../tests/support/random.ts";
import { setKey } from "../value/mod.ts";
import { encodeForm, parseForm } from "./form.ts";

Deno.test("a form is a map from each name to its values in order", () => {
  assertEquals(parseForm("a=1&b=x+y&a=2"), { a: ["1", "2"], b: ["x y"] });
  assertEquals(parseForm(""), {});
  assertEquals(parseForm("&&a&=b&c=&&"), { a: [""], "": ["b"], c: [""] });
  assertEquals(parseForm("a=b=c%3Dd"), { a: ["b=c=d"] });
});

Deno.test("a form's escapes are lenient: what is none stands for itself, what is no UTF-8 becomes U+FFFD", () => {
  assertEquals(parseForm("q=100%&r=%zz&s=%f"), { q: ["100%"], r: ["%zz"], s: ["%f"] });
  assertEquals(parseForm("q=%FF%41%zz+"), { q: ["\uFFFDA%zz "] });
  assertEquals(parseForm("caf%C3%A9=%EF%BB%BFx&é=%e6%bc%a2"), { café: ["\uFEFFx"], é: ["漢"] });
});

Deno.test("__proto__ is a name like any other", () => {
  const form = parseForm("__proto__=1&__proto__=2&constructor=3&toString=4");
  assertEquals(Object.keys(form), ["__proto__", "constructor", "toString"]);
  assertEquals(Object.getOwnPropertyDescriptor(form, "__proto__")!.value, ["1", "2"]);
  assertEquals(Object.getPrototypeOf(form), Object.prototype);
  assertEquals(encodeForm(form), "__proto__=1&__proto__=2&constructor=3&toString=4");
});

seededTest("parsing any text gives what URLSearchParams gives", (random) => {
  for (let i = 0; i < 3000; i++) {
    const text = random.text(CHARACTERS, 29);
    const expected: Record<string, string[]> = {};
    for (const name of new URLSearchParams(text.replace(/^\?/, "??")).keys()) {
      setKey(expected, name, new URLSearchParams(text.replace(/^\?/, "??")).getAll(name));
    }
    assertEquals(parseForm(text), expected, JSON.stringify(text));
  }
});

seededTest("encoding any form gives what URLSearchParams gives, and reads back", (random) => {
  for (let i = 0; i < 2000; i++) {
    const form: Record<string, string[]> = {};
    for (const name of random.list(4, () => random.text(CHARACTERS, 4))) {
      setKey(form, name, ["x", ...random.list(2, () => random.text(CHARACTERS, 7))]);
    }
    const text = encodeForm(form)!;
    const pairs = Object.keys(form).flatMap((name) => form[name]!.map((value): [string, string] => [name, value]));
    assertEquals(text, new URLSearchParams(pairs).toString());
    assertEquals(parseForm(text), form);
  }
});

Deno.test("a form holds text, numbers, booleans and lists of them; other values have no form", () => {
  assertEquals(
    encodeForm({ a: 1, b: true, c: 2n ** 70n, d: [], e: ["x", 0.5] }),
    "a=1&b=true&c=1180591620717411303424&e=x&e=0.5",
  );
  assertEquals(encodeForm({ a: "\ud800" }), "a=%EF%BF%BD");
  for (
    const value of [null, 1, "a", ["a"], { a: null }, { a: {} }, { a: [[1]] }, { a: new Uint8Array() }, {
      a: new Date(),
    }]
  ) {
    assertEquals(encodeForm(value), undefined);
  }
});
