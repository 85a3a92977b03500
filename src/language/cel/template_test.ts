import { assert, assertEquals } from "@std/assert";
import { thrownBy } from "../../../tests/language/run.ts";
import type { Value } from "../../value/mod.ts";
import { checkTemplateExpression, evaluateTemplate } from "../mod.ts";

const env = { HOST: "example.com", PORT: "8000", LIST: "a,b", user: { name: "n" } };

const failing = (expression: string) => thrownBy(() => evaluateTemplate(expression, env));

Deno.test("a template's expression is evaluated over env", () => {
  const table: [expression: string, want: Value][] = [
    ["env.PORT", "8000"],
    ["env['PORT']", "8000"],
    ["int(env.PORT) + 1", 8001],
    ["'http://' + env.HOST + ':' + env.PORT", "http://example.com:8000"],
    ["has(env.NOTHING) ? env.NOTHING : 'default'", "default"],
    ["'NOTHING' in env ? 1 : 2", 2],
    ["env.LIST.split(',')", ["a", "b"]],
    ["{'host': env.HOST, 'ports': [int(env.PORT)]}", { host: "example.com", ports: [8000] }],
    ["env.HOST.upperAscii().replace('.COM', '')", "EXAMPLE"],
    ["math.greatest(int(env.PORT), 9000)", 9000],
    ["env.user.name", "n"],
    ["env.PORT == '8000' && env.HOST.endsWith('.com')", true],
    ["1 + 1", 2],
    ["null", null],
  ];
  for (const [expression, want] of table) {
    assertEquals(evaluateTemplate(expression, env), want, expression);
    assertEquals(checkTemplateExpression(expression), [], expression);
  }
});

Deno.test("the error about a variable that is not set has its name and offset", () => {
  const table: [expression: string, name: string, offset: number][] = [
    ["env.NOTHING", "NOTHING", 4],
    ["env['NOTHING']", "NOTHING", 0],
    ["env.HOST + env.NOTHING", "NOTHING", 15],
    ["int(env.P)", "P", 8],
    ["env.constructor", "constructor", 4],
    ["env.toString", "toString", 4],
  ];
  for (const [expression, name, offset] of table) {
    const error = failing(expression);
    assertEquals(error.message, `the variable ${name} is not set; set it with \`--env ${name}=...\``);
    assertEquals(error.offset, offset);
  }
  assertEquals(failing("env.user.nothing").message, "no such key: nothing");
});

Deno.test("an empty variable is not a number", () => {
  const error = thrownBy(() => evaluateTemplate("int(env.PORT)", { PORT: "" }));
  assertEquals([error.message, error.code], ['invalid int ""', "invalid_argument"]);
});

Deno.test("a template cannot call functions without a bound on time or size", () => {
  const table: [expression: string, name: string, offset: number][] = [
    ["[1].map(x, x)", "map", 4],
    ["[1].filter(x, true)", "filter", 4],
    ["env.exists(k, true)", "exists", 4],
    ["env.all(k, true)", "all", 4],
    ["env.exists_one(k, true)", "exists_one", 4],
    ["cel.bind(x, 1, x)", "bind", 4],
    ["env.HOST.matches('a')", "matches", 9],
    ["env.LIST.split(',').join(';')", "join", 20],
    ["bytes('a').hex()", "hex", 11],
    ["lists.range(1000000)", "range", 6],
    ["[[1]].flatten()", "flatten", 6],
    ["true || [1].exists(x, true)", "exists", 12],
    ["{'a': [1].map(x, x)}", "map", 10],
    ["has(env.X) ? 1 : size([1].map(x, x))", "map", 26],
    ["'%s'.format([1])", "format", 5],
    ["base64.encode(b'a')", "encode", 7],
  ];
  for (const [expression, name, offset] of table) {
    const diagnostic = {
      message: `a template cannot call ${name}`,
      hint: "use a snippet instead",
      location: { offset },
    };
    assertEquals(checkTemplateExpression(expression), [diagnostic], expression);
    assertEquals(failing(expression).offset, offset);
  }
});

Deno.test("every template ends, with a value or an error", () => {
  for (
    const expression of [
      `env.HOST${".replace('e', 'eeeeeeeeee')".repeat(120)}`,
      `'a'${".replace('a', 'aaaa')".repeat(150)}`,
      `env.HOST + ${"env.HOST + ".repeat(300)}env.HOST`,
      "(".repeat(2000),
      "[".repeat(45) + "]".repeat(45),
      `${"1 + ".repeat(2000)}1`,
      `"${"x".repeat(5000)}"`,
    ]
  ) {
    try {
      evaluateTemplate(expression, env);
    } catch (error) {
      assert(error instanceof Error);
    }
  }
});

Deno.test("errors of invalid expressions have an offset", () => {
  assertEquals(checkTemplateExpression("env."), [{ message: "expected IDENTIFIER, got EOF", location: { offset: 4 } }]);
  assertEquals(checkTemplateExpression("self.a"), [
    { message: "unknown variable: self", hint: "the variables are `env`, `values`", location: { offset: 0 } },
  ]);
  assertEquals(failing("env.HOST + 1").code, "no_such_overload");
});
