import { assert, assertEquals } from "@std/assert";
import { Random } from "../../tests/spec/random.ts";
import { findJsonError } from "./mod.ts";

Deno.test("a JSON error is found at the word and the character where it begins", () => {
  const cases: [text: string, wordOffset: number, offset: number, message: string, expected?: string][] = [
    ["", 0, 0, "unexpected end", "a value"],
    ["[1,2", 4, 4, "unexpected end", "a comma or ]"],
    ["[1 2]", 3, 3, 'unexpected "2"', "a comma or ]"],
    ["[,]", 1, 1, 'unexpected ","', "a value"],
    ["[1,]", 3, 3, 'unexpected "]"', "a value"],
    ['{"a":1,}', 7, 7, 'unexpected "}"', "a key in double quotes"],
    ['{"a" 1}', 5, 5, 'unexpected "1"', "a colon"],
    ['{"a":}', 5, 5, 'unexpected "}"', "a value"],
    ["{a:1}", 1, 1, 'unexpected "a"', "a key in double quotes"],
    ["{'a':1}", 1, 1, 'unexpected "\'"', "a key in double quotes"],
    ["[1] x", 4, 4, 'unexpected "x"', "nothing more"],
    ["01", 0, 1, 'unexpected "01"', "a value"],
    ["[tru]", 1, 4, 'unexpected "tru"', "a value"],
    ['"a\nb"', 2, 2, 'unescaped "\\n" in a string'],
    ['["\\x"]', 2, 2, "invalid escape in a string"],
    ['"\\u12g4"', 1, 1, "invalid escape in a string"],
    ['"abc', 4, 4, "unterminated string"],
    ["[".repeat(200), 100, 100, "nested deeper than 100 levels"],
  ];
  for (const [text, wordOffset, offset, message, expected] of cases) {
    const error = { offset, wordOffset, message, ...expected !== undefined && { expected } };
    assertEquals(findJsonError(text, 100), error, text);
  }
  assertEquals(findJsonError("[".repeat(1_000_000))?.offset, 1_000_000);
});

Deno.test("an error is found exactly when JSON.parse throws", () => {
  const random = new Random();
  console.log(`WEFT_SEED=${random.seed}`);
  const pieces = [...'{}[]",:\\ \n\t01-.eEu', "true", "null", "false", "fals", '"a"', '"\\u00e9"', '"b":', "1e5"];
  let good = 0;
  for (let round = 0; round < 100_000; round++) {
    const text = random.text(pieces, 8);
    const isJson = isParsed(text);
    const error = findJsonError(text);
    assertEquals(error === undefined, isJson, JSON.stringify(text));
    const offset = error?.offset ?? -1;
    assert(error === undefined || offset >= 0 && offset <= text.length, JSON.stringify(text));
    if (isJson) good++;
  }
  assert(good > 1000, `only ${good} of the texts were JSON`);
});

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
