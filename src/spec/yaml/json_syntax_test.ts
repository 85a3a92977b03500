import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../tests/spec/random.ts";
import { jsonDiagnostic } from "./json_syntax.ts";

Deno.test("what is wrong with JSON is told where it is", () => {
  const cases: [text: string, offset: number, message: string, hint?: string][] = [
    ["", 0, "the text ends here", "a value belongs here"],
    ["[1,2", 4, "the text ends here", "a comma or ] belongs here"],
    ["[1 2]", 3, 'found "2"', "a comma or ] belongs here"],
    ["[,]", 1, 'found ","', "a value belongs here"],
    ["[1,]", 3, 'found "]"', "a value belongs here"],
    ['{"a":1,}', 7, 'found "}"', "a key in double quotes belongs here"],
    ['{"a" 1}', 5, 'found "1"', "a colon belongs here"],
    ['{"a":}', 5, 'found "}"', "a value belongs here"],
    ["{a:1}", 1, 'found "a"', "a key in double quotes belongs here"],
    ["{'a':1}", 1, 'found "\'"', "a key in double quotes belongs here"],
    ["[1] x", 4, 'found "x"', "nothing more belongs here"],
    ["01", 0, 'found "01"', "a value belongs here"],
    ["[tru]", 1, 'found "tru"', "a value belongs here"],
    ['"a\nb"', 2, '"\\n" in a text has to be escaped'],
    ['["\\x"]', 2, "a text has an escape in it that JSON does not know"],
    ['"\\u12g4"', 1, "a text has an escape in it that JSON does not know"],
    ['"abc', 4, "a text does not end"],
    ["[".repeat(200), 100, "nested deeper than 100 levels"],
  ];
  for (const [text, offset, message, hint] of cases) {
    const diagnostic = { location: { offset }, message: `broken JSON: ${message}`, ...hint !== undefined && { hint } };
    assertEquals(jsonDiagnostic(text), diagnostic, text);
  }
});

Deno.test("it agrees with JSON.parse on what is JSON", () => {
  const random = new Random();
  console.log(`WEFT_SEED=${random.seed}`);
  const pieces = [...'{}[]",:\\ \n\t01-.eEu', "true", "null", "false", "fals", '"a"', '"\\u00e9"', '"b":', "1e5"];
  let good = 0;
  for (let round = 0; round < 100_000; round++) {
    const text = random.text(pieces, 8);
    const isJson = isParsed(text);
    const diagnostic = jsonDiagnostic(text);
    assertEquals(diagnostic === undefined, isJson, JSON.stringify(text));
    const offset = diagnostic?.location?.offset ?? -1;
    assert(diagnostic === undefined || offset >= 0 && offset <= text.length, JSON.stringify(text));
    if (isJson) good++;
  }
  assert(good > 1000, `${good} were JSON`);
});

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
