import process from "node:process";
import { ByteRing } from "./byte_ring.ts";
import { writeUsage } from "./status_file.ts";

/** What the input thread uses of its global. */
export interface InputScope {
  postMessage(message: unknown): void;
}

/** The bytes of the number that begins a message. */
const WORD = 4;

/**
 * Reads standard input for the executor that this program is, on a thread of its own: so the executor can look for input
 * without its event loop, and wait for it for a while. The end of input is the end of the host: the program ends then,
 * whatever the executor is in. An empty message asks what the program has used, and is answered from here for the same
 * reason.
 *
 * @returns Never.
 */
export function readInput(buffer: SharedArrayBuffer, scope: InputScope): void {
  const ring = new ByteRing(buffer);
  const parent = Deno.ppid;
  const bytes = new Uint8Array(2 ** 16);
  const tell = () => scope.postMessage(null);
  // a host that dies while the ring is full is not noticed by reading
  const waiting = () => Deno.ppid === parent || end();
  const boundaries = new Boundaries();
  let asked = 0;
  for (;;) {
    const count = Deno.stdin.readSync(bytes);
    if (count === null) end();
    const read = bytes.subarray(0, count!);
    const { forwarded, empty } = boundaries.follow(read);
    for (const part of forwarded) ring.write(part, tell, waiting);
    for (let n = 0; n < empty; n++) {
      const { user, system } = process.cpuUsage();
      writeUsage(++asked, { processor: (user + system) / 1_000, resident: process.memoryUsage.rss() });
    }
  }
}

/** Ends this program. A signal to itself needs no permission, and works in the middle of a loop or a native call. */
function end(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

/** Follows where messages begin and end in a stream of bytes. */
class Boundaries {
  /** How many bytes of the message are to come. */
  #left = 0;
  /** The bytes of its number so far. */
  #head: number[] = [];

  /** Follows bytes. @returns The parts without empty messages, and how many of those there were. */
  follow(bytes: Uint8Array): { forwarded: Uint8Array[]; empty: number } {
    const forwarded: Uint8Array[] = [];
    let empty = 0;
    let start = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, bytes.length - at);
        this.#left -= count;
        at += count;
        continue;
      }
      this.#head.push(bytes[at++]!);
      if (this.#head.length < WORD) continue;
      const [a, b, c, d] = this.#head as [number, number, number, number];
      this.#left = (a | b << 8 | c << 16 | d << 24) >>> 0;
      this.#head = [];
      if (this.#left > 0) continue;
      empty++;
      // its first bytes may have come with an earlier read: then they were forwarded, and so are the rest
      start = this.#cut(forwarded, bytes, start, at);
    }
    if (start < bytes.length) forwarded.push(bytes.subarray(start));
    return { forwarded, empty };
  }

  #cut(forwarded: Uint8Array[], bytes: Uint8Array, start: number, end: number): number {
    if (end - WORD < start) return start;
    if (end - WORD > start) forwarded.push(bytes.subarray(start, end - WORD));
    return end;
  }
}
