/**
 * What a call into user code costs: `deno bench -A bench/language_bench.ts`.
 *
 * Aims: a number in and out 0.1 µs; a request as its lazy payload in, `{status, body}` out 1 µs; async 2 µs.
 */
import { requestPayload } from "../src/http/mod.ts";
import { compileCondition, evaluateTemplate, languageOf, type Program, Realm } from "../src/language/mod.ts";
import type { Value } from "../src/value/mod.ts";

const realm = new Realm();

function program(code: string, language = "javascript"): Program {
  const made = languageOf(language).compile(code, { realm });
  made.start();
  return made;
}

const get = requestPayload({
  method: "GET",
  url: "http://localhost:8000/ping",
  protocol: "HTTP/1.1",
  headers: "\nhost:localhost:8000\nuser-agent:wrk\naccept:*/*\naccept-encoding:gzip",
  body: null,
});

const post = requestPayload({
  method: "POST",
  url: "http://localhost:8000/items?page=1",
  protocol: "HTTP/1.1",
  headers: "\nhost:localhost:8000\ncontent-type:application/json",
  body: new TextEncoder().encode('{"name": "a thing", "tags": ["x", "y"], "count": 3}'),
});

const list = Array.from({ length: 100 }, (_, i) => ({ id: i, name: `item ${i}`, tags: ["a", "b"] }));

const calls: [group: string, name: string, code: string, argument: Value][] = [
  ["call", "a number in and out", "export default (n) => n + 1", 1],
  ["call", "a request in, a text out", "export default () => 'pong'", get],
  ["call", "a request in, {status, body} out", "export default (r) => ({ status: 200, body: r.method })", get],
  ["call", "its header read", "export default (r) => ({ status: 200, body: r.header['User-Agent'][0] })", get],
  ["call", "its JSON body read", "export default (r) => ({ status: 200, body: r.body.name })", post],
  ["call", "a request in and out, unread", "export default (r) => r", get],
  ["call", "100 small maps in and out", "export default (list) => list", list],
  ["async", "a number in and out", "export default async (n) => { await null; return n }", 1],
  ["async", "a request in, {status, body} out", "export default async (r) => ({ status: 200, body: r.method })", get],
  ["error", "thrown", "export default () => { throw new Error('x') }", 1],
];

for (const [group, name, code, argument] of calls) {
  const made = program(code);
  Deno.bench(`${group}: ${name}`, { group }, () => {
    made.call(argument);
  });
}

const expression = program("has(self.body) ? self.body : null", "cel");
Deno.bench("cel: has(self.body) ? self.body : null", { group: "cel" }, () => {
  expression.call({ body: 1 });
});

const condition = compileCondition("self.n + 1 > 2", { realm });
Deno.bench("cel: the condition self.n + 1 > 2", { group: "cel" }, () => {
  condition.call({ n: 3 });
});

const error = new Error("invalid argument");
const comparison = compileCondition('self == "invalid argument"', { realm });
Deno.bench('cel: the condition self == "invalid argument" of an error', { group: "cel" }, () => {
  comparison.call(error);
});

Deno.bench("template: int(env.PORT) + 1", { group: "template" }, () => {
  evaluateTemplate("int(env.PORT) + 1", { PORT: "8000" });
});

let number = 0;

Deno.bench("compile: javascript", { group: "compile" }, () => {
  program(`let n = 0; export default function f(a) { return { n: n++, i: ${number++}, a } }`).release();
});

Deno.bench("compile: typescript", { group: "compile" }, () => {
  program(`let n: number = 0; export default (a: string) => ({ n: n++, i: ${number++}, a })`, "typescript").release();
});

Deno.bench("compile: cel", { group: "compile" }, () => {
  program(`self.a == ${number++} && self.b.startsWith('x')`, "cel").release();
});

Deno.bench("compile: javascript, isolated", { group: "compile" }, () => {
  languageOf("javascript").compile("export default (n) => n", { realm, isolate: true }).call(1);
});
