import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { KINDS } from "../../kinds/mod.ts";
import { schemeOf } from "../../runtime/mod.ts";
import { ERROR_CODES } from "../../value/mod.ts";
import { ALL_SETTINGS } from "../options/settings.ts";
import { explain, explainable } from "./explain.ts";
import { explainLines } from "./explain_lines.ts";

const scheme = schemeOf();
const textOf = (word: string) => explainLines(explain(word, scheme, ALL_SETTINGS)).join("\n");

Deno.test("every kind is explained with all of its fields, ports and errors, and every code and setting", () => {
  for (const kind of KINDS) {
    const text = textOf(kind.name);
    assert(text.startsWith(`${kind.name}: `), text);
    for (const field of Object.keys(kind.fields.shape)) assertMatch(text, new RegExp(`^  ${field}  `, "m"));
    for (const code of Object.keys(kind.errors ?? {})) assertMatch(text, new RegExp(`^  ${code}$`, "m"));
    for (const line of text.split("\n")) assert(!/\]\([^)]*\)/.test(line), line);
  }
  for (const word of explainable(scheme, ALL_SETTINGS)) assert(textOf(word).length > 20, word);
});

Deno.test("a field is found in its kind, and in all kinds by its name alone", () => {
  const first = (word: string) => textOf(word).split("\n")[0];
  const lines = (word: string) => textOf(word).split("\n");
  assertEquals(lines("retry.attempts"), [
    "retry: attempts  whole number  (default 3)",
    "    How often it is tried in all.",
  ]);
  assertEquals(first("listener.tls"), "listener: tls  map");
  assert(lines("listener.tls").includes("listener: tls.cert  string  (required)"));
  assertEquals(first("listener.tls.cert"), "listener: tls.cert  string  (required)");
  assertEquals(first("router.routes.path")?.split("  ").slice(0, 2), ["router: routes[].path", "string"]);
  assert(lines("maxBody").includes("listener: maxBody  size  (default 1MiB)"));
  assertEquals(first("links"), "every spec: links  map of lists of maps");
  assertEquals(first("queue.push.queue")?.split("  ")[0], "queue.push: queue", "a kind with a dot in its name");
  assertEquals(first("loop"), "for: runs on an executor, also called loop");
});

Deno.test("the code of an error has its meaning, and the kinds that make it", () => {
  const text = textOf("bad_status");
  assert(text.includes(ERROR_CODES.bad_status));
  assert(text.includes("\nKINDS THAT MAKE IT\n  http\n"), text);
});

Deno.test("a word that stands for nothing is told, with what may be meant", () => {
  const fail = (word: string, message: string) =>
    assertThrows(() => explain(word, scheme, ALL_SETTINGS), Error, message);
  fail("snipet", 'nothing is called "snipet"; did you mean "snippet"?');
  fail("not_fond", 'did you mean "not_found"?');
  fail("snippet.cod", 'unknown field "cod" of snippet; did you mean "snippet.code"?');
  fail("if.xyzzy", 'unknown field "xyzzy" of if; its fields are when, timeout');
  fail("qqqqqqqq", 'nothing is called "qqqqqqqq"; run "weft kinds" for the kinds');
});
