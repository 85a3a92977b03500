import { createHash } from "node:crypto";

// captured now: an executor removes the global before it runs user code
const random = crypto.getRandomValues.bind(crypto);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const pool = new Uint8Array(4096);
let used = pool.length;
let time = 0;
let counter = 0;

/** Reports whether a string is a UUID of any version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * Returns a new UUIDv7, greater than all earlier ones of the same thread, also as a string. Within a millisecond a counter
 * of 12 bits goes up; when it is full, or the clock goes back, the time in the UUID runs ahead of the clock.
 */
export function uuidv7(): string {
  if (used + 10 > pool.length) {
    random(pool);
    used = 0;
  }
  const at = used;
  used += 10;
  const now = Date.now();
  if (now > time) {
    time = now;
    counter = (pool[at + 8]! << 8 | pool[at + 9]!) & 0x7ff;
  } else if (++counter > 0xfff) {
    time++;
    counter = 0;
  }
  const high = Math.floor(time / 0x10000);
  return HEX[high >>> 24]! + HEX[high >>> 16 & 0xff]! + HEX[high >>> 8 & 0xff]! + HEX[high & 0xff]! + "-" +
    HEX[Math.floor(time / 0x100) & 0xff]! + HEX[time & 0xff]! + "-" +
    HEX[0x70 | counter >>> 8]! + HEX[counter & 0xff]! + "-" +
    HEX[0x80 | pool[at]! & 0x3f]! + HEX[pool[at + 1]!]! + "-" +
    HEX[pool[at + 2]!]! + HEX[pool[at + 3]!]! + HEX[pool[at + 4]!]! +
    HEX[pool[at + 5]!]! + HEX[pool[at + 6]!]! + HEX[pool[at + 7]!]!;
}

/** Returns the UUIDv8 of a string, made from the first bits of its SHA-256. */
export function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest();
  bytes[6] = bytes[6]! & 0x0f | 0x80;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const hex = bytes.toString("hex", 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
