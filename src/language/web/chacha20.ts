import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Generates random numbers: the key stream of ChaCha20 (RFC 8439), with a key for each realm. */
export function chacha20(scope: RealmScope): void {
  let key = new Uint32Array(8);
  let blocks = 0;
  let block = new Uint8Array(64);
  let used = 64;

  scope.chachaBlock = (key, counter, nonce) => {
    const start = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...key, counter, ...nonce);
    const x = start.slice();
    const quarter = (a: number, b: number, c: number, d: number): void => {
      x[a]! += x[b]!;
      x[d] = rotate(x[d]! ^ x[a]!, 16);
      x[c]! += x[d]!;
      x[b] = rotate(x[b]! ^ x[c]!, 12);
      x[a]! += x[b]!;
      x[d] = rotate(x[d]! ^ x[a]!, 8);
      x[c]! += x[d]!;
      x[b] = rotate(x[b]! ^ x[c]!, 7);
    };
    for (let round = 0; round < 10; round++) {
      quarter(0, 4, 8, 12);
      quarter(1, 5, 9, 13);
      quarter(2, 6, 10, 14);
      quarter(3, 7, 11, 15);
      quarter(0, 5, 10, 15);
      quarter(1, 6, 11, 12);
      quarter(2, 7, 8, 13);
      quarter(3, 4, 9, 14);
    }
    const bytes = new Uint8Array(64);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 16; i++) view.setUint32(4 * i, x[i]! + start[i]!, true);
    return bytes;
  };

  function rotate(word: number, by: number): number {
    return (word << by) | (word >>> (32 - by));
  }

  /** Returns the next byte. A call may be stopped at any point; the order of steps ensures that no byte is used twice. */
  function next(): number {
    if (used === 64) {
      const number = blocks++;
      const fresh = scope.chachaBlock(key, number >>> 0, Uint32Array.of(Math.floor(number / 2 ** 32), 0, 0));
      block = fresh;
      used = 0;
    }
    return block[used++]!;
  }

  scope.seedRandom = (seed) => {
    const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
    key = Uint32Array.from({ length: 8 }, (_, i) => view.getUint32(4 * i, true));
    blocks = 0;
    used = 64;
  };

  scope.fillRandom = (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = next();
  };

  // V8's own generator is predictable after a few numbers, so one snippet could guess those of another.
  Math.random = function random() {
    const high = (next() << 18) | (next() << 10) | (next() << 2) | (next() >>> 6);
    const low = (next() << 19) | (next() << 11) | (next() << 3) | (next() >>> 5);
    return (high * 2 ** 27 + low) / 2 ** 53;
  };
}
