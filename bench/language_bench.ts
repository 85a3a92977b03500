/**
 * Measures calls into user code, templates and compilation: `deno bench -A bench/language_bench.ts`.
 *
 * Targets: a number in and out 0.1 µs; a lazy request in, `{status, body}` out 1 µs; async 2 µs; any template 50 ms; code
 * stopped at most 200 ms after its limit.
 */
import { requestPayload } from "../src/http/mod.ts";
import { compileCondition, evaluateTemplate } from "../src/language/mod.ts";
import type { Value } from "../src/value/mod.ts";
import { program, realm, timed } from "../tests/language/run.ts";

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
  ["call", "a request in, a string out", "export default () => 'pong'", get],
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
  made.start();
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

const largeTemplates = {
  "120 replacements": `env.PORT${".replace('0', '00000')".repeat(120)}`,
  "300 additions": `env.PORT + ${"env.PORT + ".repeat(300)}env.PORT`,
  "2,000 parentheses": "(".repeat(2000),
  "nested lists": "[".repeat(45) + "]".repeat(45),
};
for (const [name, template] of Object.entries(largeTemplates)) {
  Deno.bench(`template: ${name}`, { group: "large templates" }, () => {
    try {
      evaluateTemplate(template, { PORT: "8000" });
    } catch {
      // Rejecting the template takes time as well.
    }
  });
}

const endless = {
  "a loop": "export default () => { for (;;); }",
  "microtasks": "export default async () => { for (;;) await null; }",
  "a regular expression": "export default () => /(a+)+$/.test('a'.repeat(40) + 'b')",
};
for (const [name, code] of Object.entries(endless)) {
  const made = program(code);
  Deno.bench(`stop after 30 ms: ${name}`, { group: "stop" }, () => {
    timed(30, () => made.call(null));
  });
}

let number = 0;

Deno.bench("compile: javascript", { group: "compile" }, () => {
  const made = program(`let n = 0; export default function f(a) { return { n: n++, i: ${number++}, a } }`);
  made.start();
  made.release();
});

Deno.bench("compile: typescript", { group: "compile" }, () => {
  const made = program(
    `let n: number = 0; export default (a: string) => ({ n: n++, i: ${number++}, a })`,
    "typescript",
  );
  made.start();
  made.release();
});

Deno.bench("compile: cel", { group: "compile" }, () => {
  program(`self.a == ${number++} && self.b.startsWith('x')`, "cel").release();
});

Deno.bench("compile: javascript, isolated", { group: "compile" }, () => {
  program("export default (n) => n", "javascript", true).call(1);
});
