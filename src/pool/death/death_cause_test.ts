import { assertEquals } from "@std/assert";
import { causeOf, type DeathCause, type ProgramEnd } from "./death_cause.ts";

const ENDS: Record<string, [end: Partial<ProgramEnd>, cause: DeathCause]> = {
  "a size check of V8": [{
    signal: "SIGTRAP",
    text: "\n\n#\n# Fatal error with no security impact:\n" +
      "# Fatal JavaScript invalid size error 200000000 (see crbug.com/1201626)\n#\n\n==== C stack trace ====\n",
  }, { reason: "abort", why: "V8 ended it: invalid size error 200000000 (see crbug.com/1201626)" }],
  "a full heap": [{
    signal: "SIGTRAP",
    text: "\n<--- Last few GCs --->\n\n[1:0x1] 398 ms: Mark-Compact 63.7 (65.0) -> 63.7 (65.0) MB\n\n#\n" +
      "# Fatal JavaScript out of memory: Ineffective mark-compacts near heap limit\n#\n",
  }, { reason: "memory", why: "V8 ended it: out of memory: Ineffective mark-compacts near heap limit" }],
  "a panic of Deno": [{
    code: 134,
    text: "thread 'main' (1) panicked at cli/main.rs:1:1:\nno\n",
  }, { reason: "abort", why: "Deno ended it: it panicked at cli/main.rs:1:1" }],
  "a fault without words": [{ signal: "SIGSEGV" }, { reason: "abort", why: "it crashed with SIGSEGV" }],
  "an error of the engine": [{
    code: 1,
    text: "error: Uncaught (in promise) Error: a bug\n    at file:///x.ts:1:1\n",
  }, { reason: "crash", why: "Error: a bug (code 1)" }],
  "an exit": [{ code: 3 }, { reason: "crash", why: "it ended with code 3" }],
  "a kill by somebody": [{ signal: "SIGKILL" }, {
    reason: "signal",
    why: "it was killed with SIGKILL, by somebody or by the system for lack of memory",
  }],
  "another signal": [{ signal: "SIGHUP" }, { reason: "signal", why: "it was ended with SIGHUP" }],
};

for (const [name, [end, cause]] of Object.entries(ENDS)) {
  Deno.test(`the last words of a program tell ${name}`, () => {
    assertEquals(causeOf({ code: null, signal: null, text: "", ...end }), cause);
  });
}
