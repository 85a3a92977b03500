// A kind that waits outside of any call, and may end its program meanwhile: nothing says then what it was in. It may also
// end it within a call.
import { defineKind, isMap, type Kind } from "@weft/weft/kind";
import { z } from "zod";

// taken before the global is locked down
const { setTimeout } = globalThis;

/** What a request asks for, in milliseconds. */
interface Waits {
  wait: number;
  /** When the program ends, outside of any call. */
  killAfter?: number;
  /** How long the call lasts in which the program ends. */
  killWithin?: number;
}

/** Asks for a size that V8 ends the program for. */
const endProgram = () => void "a".repeat(2e8).split("");

const waits: Kind = defineKind({
  name: "waits",
  summary: "Answers with the query's n after a time; ends its program after another.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare() {
    return {
      async in(payload) {
        if (!isMap(payload) || !isMap(payload.query)) throw new Error("expected a request");
        const { wait, killAfter, killWithin } = JSON.parse(String(payload.body)) as Waits;
        if (killAfter !== undefined) setTimeout(endProgram, killAfter);
        if (killWithin !== undefined) {
          for (const end = Date.now() + killWithin; Date.now() < end;);
          endProgram();
        }
        await new Promise((resolve) => setTimeout(resolve, wait));
        return (payload.query.n as string[])[0]!;
      },
    };
  },
});

export default waits;
