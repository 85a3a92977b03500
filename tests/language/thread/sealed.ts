/// <reference lib="deno.worker" />
// A thread that empties its global once everything is imported, as an executor does.
import { lockDownGlobal } from "../../../src/executor/lockdown.ts";
import { compileCondition, evaluateTemplate, languageOf, Realm } from "../../../src/language/mod.ts";
import { parseModule } from "../../../src/language/javascript/module_source.ts";
import { asError, failure, isError, type Value } from "../../../src/value/mod.ts";

const post = postMessage.bind(globalThis);
lockDownGlobal();

const realm = new Realm();
const error = failure<string>("outer", { code: "c", cause: new TypeError("inner") });
const runs: [language: string, code: string, argument: Value][] = [
  ["text", "text", null],
  ["json", '{"a": [1]}', null],
  ["yaml", "a: [1]\nb: !!binary aGk=", null],
  ["cel", "self.n + 1", { n: 1 }],
  ["cel", "self == 'inner' && string(b'hi') + bytes('é').hex() == 'hic3a9'", error],
  ["cel", "'%x'.format(['é']) + base64.encode(b'a')", null],
  ["javascript", "export default (n) => n + 1", 1],
  ["javascript", "export default async ({ bytes }) => { await null; return new TextDecoder().decode(bytes) }", {
    bytes: new Uint8Array([104, 105]),
  }],
  ["javascript", "export default () => crypto.randomUUID().length", null],
  ["javascript", "export default () => { console.log(new URL('http://h/a').href); null.x }", null],
  ["typescript", "export default (n: number): number => n * 2", 4],
  ["javascript", "export default (n) => n. ;", 4],
];
const results: unknown[] = runs.map(([language, code, argument]) => {
  try {
    // the compile thread has removed the types
    const parsed = language === "typescript" ? parseModule(code.replaceAll(": number", "        ")) : undefined;
    const program = languageOf(language).compile(code, { realm }, parsed);
    program.start();
    const value = program.call(argument);
    const lines = program.takeLogs().map(({ text }) => text);
    return isError(value) ? [value.message, (value as { offset?: number }).offset, lines] : value;
  } catch (thrown) {
    return [asError(thrown).message, (thrown as { offset?: number }).offset];
  }
});
results.push(compileCondition("self.n > 1", { realm }).call({ n: 2 }), evaluateTemplate("int(env.A) + 1", { A: "1" }));
results.push(languageOf("javascript").compile("export default () => 1", { realm, isolate: true }).call(null));
results.push(Reflect.ownKeys(globalThis).filter((key) => key === "Deno" || key === "fetch" || key === "setTimeout"));
post(results);
