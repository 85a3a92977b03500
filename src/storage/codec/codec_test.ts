import { assert, assertEquals, assertThrows } from "@std/assert";
import { forAll, type Random } from "../../../tests/registry/random.ts";
import { equal, setKey, type Value } from "../../value/mod.ts";
import { StorageError } from "../mod.ts";
import { decode, encode } from "./mod.ts";

Deno.test("every value is decoded as it was encoded", () =>
  forAll("codec", 10_000, (random) => {
    const value = randomValue(random, 4);
    const back = decode(encode(value));
    assertEquals(back, value);
    assert(equal(back, value));
  }));

const KEYS = ["a", "b", "", "__proto__", "constructor", "toJSON", "1", "é", "a key of more than thirty-two characters"];

function randomValue(random: Random, depth: number): Value {
  switch (random.int(0, depth === 0 ? 6 : 8)) {
    case 0:
      return random.pick<Value>([null, true, false, NaN, -0, 0, Infinity, -Infinity]);
    case 1:
      return random.pick([
        random.int(-200, 200),
        random.next() * 2 ** random.int(-1074, 1023),
        -(2 ** random.int(0, 64)),
        2 ** 53 + 2,
      ]);
    case 2:
      return random.pick([1n, -1n]) * 2n ** BigInt(random.int(0, 200)) + BigInt(random.int(-1, 1));
    case 3:
      return random.pick(["", "é𝄞\u0000", "x".repeat(random.pick([1, 31, 32, 255, 256, 65_536]))]);
    case 4:
      return new Date(random.pick([NaN, 0, -1, random.int(-8.64e15, 8.64e15), Date.now()]));
    case 5:
      return new Uint8Array(random.pick([0, 1, 255, 256, 70_000])).fill(random.int(0, 255)).fill(
        random.int(0, 255),
        0,
        5,
      );
    case 6:
      return random.pick<Value>([[], {}]);
    case 7:
      return Array.from({ length: random.pick([1, 2, 15, 16]) }, () => randomValue(random, depth - 1));
    default: {
      const map: Record<string, Value> = {};
      for (let i = random.int(1, 4); i > 0; i--) setKey(map, random.pick(KEYS), randomValue(random, depth - 1));
      return map;
    }
  }
}

Deno.test("encoded bytes and decoded values stay as they are when more is encoded and decoded", () => {
  const first = encode(["one", new Uint8Array([1, 2, 3])]);
  const value = decode(first);
  encode(["two", new Uint8Array([9, 9, 9])]);
  first.fill(0);
  assertEquals(value, ["one", new Uint8Array([1, 2, 3])]);
  assertEquals(encode([1]).buffer.byteLength, 2);
});

Deno.test("damaged bytes are an error", () => {
  for (const bytes of [new Uint8Array(), encode("text").slice(0, -1), new Uint8Array([...encode(1), 0])]) {
    const { code } = assertThrows(() => decode(bytes), StorageError, "the stored data is damaged");
    assertEquals(code, "internal");
  }
});
