import v8 from "node:v8";
import vm from "node:vm";

// Captured here because an executor deletes the web's globals before it runs user code.
const { TextDecoder, URL, Uint8Array } = globalThis;
const now = performance.now.bind(performance);

const { getHeapStatistics, setFlagsFromString } = v8;

let collectGarbage: (() => void) | undefined;

/** Collects garbage. V8 has no other way to ask for it. */
function collect(): void {
  if (collectGarbage === undefined) {
    setFlagsFromString("--expose-gc");
    collectGarbage = vm.runInContext("gc", vm.createContext()) as () => void;
    setFlagsFromString("--no-expose-gc");
  }
  collectGarbage();
}

/**
 * Answers what a realm asks of the engine's own platform while its code runs. Only strings and bytes go in, only strings
 * come back, and nothing is kept in between, since a call may be stopped anywhere.
 */
export type Platform = (question: string, text: string, bytes: unknown) => string | undefined;

/**
 * The platform of Deno. Questions:
 *
 * - `encoding`: the name of the encoding that has the label; undefined if none has.
 * - `decode`: the bytes as text. The text names the encoding; behind it stands `!` if invalid bytes are errors, and `+` if
 *   the last character may be unfinished, and is then left out. Undefined if the bytes are invalid.
 * - `now`: the time in milliseconds by a clock that only moves forward.
 * - `buffers`: how many bytes the thread has in array buffers.
 * - `collect`: the same, after what nobody holds any more was collected.
 * - `host`: a domain in the form that a URL shows; undefined if it is invalid. It contains no delimiter of a URL.
 *
 * It throws nothing, except where the stack ends.
 */
export const platform: Platform = (question, text, bytes) => {
  try {
    switch (question) {
      case "encoding":
        return new TextDecoder(text).encoding;
      case "decode": {
        const [, label, fatal, stream] = /^(.*?)(!?)(\+?)$/.exec(text)!;
        const decoder = new TextDecoder(label, { fatal: fatal === "!", ignoreBOM: true });
        return decoder.decode(new Uint8Array(bytes as Uint8Array), { stream: stream === "+" });
      }
      case "now":
        return String(now());
      case "collect":
        collect();
        return String(getHeapStatistics().external_memory);
      case "buffers":
        return String(getHeapStatistics().external_memory);
      case "host":
        return new URL(`http://${text}`).hostname;
    }
  } catch {
    // invalid
  }
  return undefined;
};
