import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { startNode, type Value } from "@weft/weft/testing";
import { validate } from "./validate.ts";

const USER = {
  type: "object",
  required: ["name", "a/b"],
  properties: {
    name: { type: "string", minLength: 2 },
    "a/b": {},
    age: { type: "integer", minimum: 0 },
    mail: { type: "string", format: "email" },
    tags: { type: "array", items: { $ref: "#/$defs/tag" } },
    when: { type: "string", format: "date-time" },
    id: { anyOf: [{ type: "string" }, { type: "integer" }] },
  },
  additionalProperties: false,
  $defs: { tag: { type: "string", pattern: "^[a-z]+$" } },
};

type Listed = { path: string; message: string; keyword: string; expected: Value };

async function errorsOf(schema: unknown, payload: Value): Promise<Listed[]> {
  await using node = await startNode(validate, { schema });
  const answer = await node.send(payload) as Failure;
  if (!(answer instanceof Error)) return [];
  assertEquals(answer.code, "invalid_payload");
  assertEquals(node.sent, [{ port: "error", payload: answer }]);
  return (answer.details as unknown as { errors: Listed[] }).errors;
}

Deno.test("a payload that fits goes on as it came", async () => {
  await using node = await startNode(validate, { schema: USER });
  const user = { name: "Ada", "a/b": 1, age: 36, mail: "ada@example.org", tags: ["a"], when: new Date(0), id: 7 };
  assertEquals(await node.send(user), user);
  assertEquals(node.sent, [{ port: "out", payload: user }]);
});

Deno.test("an error says of each part where it is, what is wrong and what is expected", async () => {
  const user = { name: "A", age: -1, mail: "x", tags: ["a", "B"], id: [], other: 1 };
  assertEquals(await errorsOf(USER, user), [
    { path: "/a~1b", message: "is missing", keyword: "required", expected: ["name", "a/b"] },
    { path: "/name", message: "String is too short (1 < 2)", keyword: "minLength", expected: 2 },
    { path: "/age", message: "-1 is less than 0", keyword: "minimum", expected: 0 },
    { path: "/mail", message: 'String does not match format "email"', keyword: "format", expected: "email" },
    { path: "/tags/1", message: "String does not match pattern", keyword: "pattern", expected: "^[a-z]+$" },
    {
      path: "/id",
      message: "Instance does not match any subschemas",
      keyword: "anyOf",
      expected: USER.properties.id.anyOf,
    },
    { path: "/other", message: "is not allowed", keyword: "additionalProperties", expected: false },
  ]);
  assertEquals(await errorsOf(USER, null), [
    { path: "", message: 'is null, expected "object"', keyword: "type", expected: "object" },
  ]);
  assertEquals(await errorsOf({ if: { required: ["a"] }, then: { required: ["b"] } }, { a: 1 }), [
    { path: "/b", message: "is missing", keyword: "required", expected: ["b"] },
  ]);
  assertEquals((await errorsOf(false, 1)).map(({ path, message }) => [path, message]), [["", "is not allowed"]]);
});

Deno.test("the message names the first errors", async () => {
  await using node = await startNode(validate, { schema: { items: { type: "string" } } }, { linked: [] });
  const answer = await node.send([1, 2, 3, 4, 5]) as Failure;
  assertEquals(
    answer.message,
    'invalid payload: /0: is number, expected "string"; /1: is number, expected "string"; ' +
      '/2: is number, expected "string"; and 2 more',
  );
  const many = await node.send(Array(100_000).fill(1)) as Failure;
  assertEquals((many.details as { errors: Value[] }).errors.length, 100);
  // an error that comes as the payload is not lost
  const error = new Error("from before");
  assertEquals(await node.send(error), error);
});

Deno.test("drafts: the one that $schema names", async () => {
  const list = { items: [{ type: "string" }] };
  assertEquals((await errorsOf({ $schema: "http://json-schema.org/draft-07/schema#", ...list }, [1])).length, 1);
  assertEquals((await errorsOf({ prefixItems: [{ type: "string" }] }, [1])).length, 1);
  const exclusive = { $schema: "http://json-schema.org/draft-04/schema#", minimum: 1, exclusiveMinimum: true };
  assertEquals((await errorsOf(exclusive, 1)).length, 1);
});

Deno.test("a schema that refers to itself", async () => {
  const tree = {
    type: "object",
    properties: { children: { type: "array", items: { $ref: "#" } } },
    required: ["name"],
  };
  assertEquals(await errorsOf(tree, { name: "a", children: [{ name: "b" }] }), []);
  assertEquals((await errorsOf(tree, { name: "a", children: [{}] })).map(({ path }) => path), ["/children/0/name"]);
});

Deno.test("values that JSON does not have are checked as what they are in JSON", async () => {
  assertEquals(await errorsOf({ type: "integer" }, 5n), []);
  assertEquals(await errorsOf({ items: { type: "string" } }, [new Date(0), "a"]), []);
});

Deno.test("a schema that cannot be right is rejected", async () => {
  const rejected = async (schema: unknown, message: string) => {
    const error = await assertRejects(() => startNode(validate, { schema }), Error);
    assertMatch(error.message, new RegExp(message));
  };
  await rejected({ properties: { a: { type: "strin" } } }, 'invalid type "strin": expected one of null, boolean');
  await rejected({ items: { pattern: "(" } }, "invalid pattern: .*Unterminated group");
  await rejected({ patternProperties: { "[": {} } }, "invalid pattern");
  await rejected({ $ref: "#/$defs/nope" }, 'the reference "#/\\$defs/nope" leads nowhere');
  await rejected("object", "schema");
  // a property of the name of a keyword is no keyword
  assert(
    await startNode(validate, { schema: { properties: { type: { enum: ["x"] }, pattern: {} } } }).then(async (node) => {
      await node[Symbol.asyncDispose]();
      return true;
    }),
  );
});
