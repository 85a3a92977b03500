import { assertEquals } from "@std/assert";
import { creation, Entry, type Operation, removal, replacement, squash } from "./mod.ts";

const entry = (data: number, kind = "k", id = "a:x") => Entry.of({ id, kind, data });
const [one, two, three] = [entry(1), entry(2), entry(3)] as const;
const other = entry(9, "other");

function squashed(...operations: Operation[]): { operations: Operation[]; contradictions: number } {
  let contradictions = 0;
  return { operations: squash([operations], () => contradictions++), contradictions };
}

Deno.test("every pair of operations on one entry", () => {
  const [create1, create2] = [creation(one), creation(two)];
  const update12 = replacement(two, one);
  const update23 = replacement(three, two);
  const cases: [string, Operation[], Operation[], number][] = [
    ["create, create", [create1, create2], [create2], 1],
    ["create, update", [create1, update12], [create2], 0],
    ["create, delete", [create1, removal(one)], [], 0],
    ["update, create", [update12, creation(three)], [creation(three)], 1],
    ["update, update", [update12, update23], [replacement(three, one)], 0],
    ["update, delete", [update12, removal(two)], [removal(one)], 0],
    ["delete, create of the same kind", [removal(one), create2], [replacement(two, one)], 0],
    ["delete, create of another kind", [removal(one), creation(other)], [removal(one), creation(other)], 0],
    ["delete, update", [removal(one), update23], [creation(three)], 1],
    ["delete, delete", [removal(one), removal(two)], [removal(one)], 1],
  ];
  for (const [name, operations, expected, contradictions] of cases) {
    assertEquals(squashed(...operations), { operations: expected, contradictions }, name);
  }
});

Deno.test("chains of operations on one entry", () => {
  const cases: [string, Operation[], Operation[]][] = [
    ["create, update, update", [creation(one), replacement(two, one), replacement(three, two)], [creation(three)]],
    ["create, update, delete", [creation(one), replacement(two, one), removal(two)], []],
    ["create, delete, create", [creation(one), removal(one), creation(other)], [creation(other)]],
    ["update and back", [replacement(two, one), replacement(one, two)], [replacement(one, one)]],
    ["delete and back", [removal(one), creation(one)], [replacement(one, one)]],
    ["replaced, updated", [removal(one), creation(other), replacement(entry(8, "other"), other)], [
      removal(one),
      creation(entry(8, "other")),
    ]],
    ["replaced, deleted", [removal(one), creation(other), removal(other)], [removal(one)]],
    ["replaced, and back", [removal(one), creation(other), removal(other), creation(two)], [replacement(two, one)]],
  ];
  for (const [name, operations, expected] of cases) {
    assertEquals(squashed(...operations), { operations: expected, contradictions: 0 }, name);
  }
});

Deno.test("changesets are squashed into one, ordered by id", () => {
  const [a, b] = [entry(1, "k", "a:a"), entry(1, "k", "b:b")];
  assertEquals(squash([[creation(b)], [creation(a)], [], [removal(b)]]), [creation(a)]);
  assertEquals(squash([[creation(b)], [creation(a)]]), [creation(a), creation(b)]);
  assertEquals(squash([]), []);
});
