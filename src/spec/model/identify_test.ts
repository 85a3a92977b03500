import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { identify, isUuid, readSpecs, type SpecDraft, uuidv7 } from "../mod.ts";

function drafts(text: string): SpecDraft[] {
  return readSpecs(text, "x.yaml").specs.map(({ spec }) => spec);
}

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

Deno.test("UUIDv7s contain the time, ascend and are unique", () => {
  const before = Date.now();
  const ids = Array.from({ length: 100_000 }, uuidv7);
  const after = Date.now();
  for (const id of ids) assertMatch(id, V7);
  assertEquals(ids.toSorted(), ids);
  assertEquals(new Set(ids).size, ids.length);
  const timeOf = (id: string) => parseInt(id.replaceAll("-", "").slice(0, 12), 16);
  assert(timeOf(ids[0]!) >= before && timeOf(ids[0]!) <= after);
  // 4,096 fit into a millisecond: beyond that the time in them runs ahead
  assert(timeOf(ids.at(-1)!) <= after + ids.length / 2048);
});

Deno.test("isUuid distinguishes UUIDs from other strings", () => {
  assert(isUuid("0190163d-8694-739b-aea5-966c26f8ad91"));
  assert(isUuid("0190163D-8694-739B-AEA5-966C26F8AD91"));
  for (const text of ["", "0190163d8694739baea5966c26f8ad91", "0190163d-8694-739b-aea5-966c26f8ad9g", "x"]) {
    assert(!isUuid(text), text);
  }
});

Deno.test("a spec keeps its id, or the id that its name already had", () => {
  const text = "- {kind: a, name: x}\n- {kind: a, name: y}\n- {kind: a, id: 0190163d-8694-739b-aea5-966c26f8ad91}\n";
  const asked: string[] = [];
  const [x, y, z] = identify(drafts(text), (namespace, name) => {
    asked.push(`${namespace}:${name}`);
    return name === "x" ? "0190163d-8694-739b-aea5-966c26f8ad92" : undefined;
  });
  assertEquals(x!.id, "0190163d-8694-739b-aea5-966c26f8ad92");
  assertMatch(y!.id, V7);
  assertEquals(z!.id, "0190163d-8694-739b-aea5-966c26f8ad91");
  assertEquals(asked, ["default:x", "default:y"]);
  assertNotEquals(identify(drafts(text))[1]!.id, y!.id);
});

Deno.test("a spec without name and id gets the same id from the same content", () => {
  const text = "- {kind: a, x: 1, y: {b: 1, a: [-0, .nan, '1']}}\n- {kind: b}\n- {kind: b}\n";
  const ids = identify(drafts(text)).map(({ id }) => id);
  for (const id of ids) assertMatch(id, V8);
  assertEquals(new Set(ids).size, 3);
  assertEquals(identify(drafts(text)).map(({ id }) => id), ids);
  // the order of keys, of specs, and of files is no content
  const other = "- {kind: b}\n- {y: {a: [-0, .nan, '1'], b: 1}, x: 1, kind: a}\n- {kind: b}\n";
  assertEquals(identify(drafts(other)).map(({ id }) => id), [ids[1], ids[0], ids[2]]);
});

Deno.test("different content gives different ids", () => {
  const texts = [
    "kind: a",
    "kind: b",
    "{kind: a, x: 1}",
    "{kind: a, x: '1'}",
    "{kind: a, x: [1]}",
    "{kind: a, x: {1: null}}",
    "{kind: a, x: 0}",
    "{kind: a, x: -0}",
    "{kind: a, x: .inf}",
    "{kind: a, x: .nan}",
    "{kind: a, x: null}",
    "{kind: a, x: ''}",
    "{kind: a, namespace: other}",
    "{kind: a, annotations: {x: '1'}}",
    "{kind: a, links: {x: [{name: a, port: in}]}}",
  ];
  const ids = texts.map((text) => identify(drafts(text))[0]!.id);
  assertEquals(new Set(ids).size, texts.length);
});

Deno.test("an id derived from content yields to the same id written explicitly", () => {
  const [made] = identify(drafts("kind: a"));
  const [written, other] = identify(drafts(`- {kind: a, id: ${made!.id}}\n- {kind: a}\n`));
  assertEquals(written!.id, made!.id);
  assertNotEquals(other!.id, made!.id);
});
