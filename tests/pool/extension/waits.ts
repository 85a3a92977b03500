// A kind that waits outside of any call, and may end its program meanwhile: nothing says then what it was in.
import { defineKind, isMap, type Kind } from "@weft/weft/kind";
import { z } from "zod";

// taken before the global is locked down
const { setTimeout } = globalThis;

const waits: Kind = defineKind({
  name: "waits",
  summary: "Answers with the query's n after a time; ends its program after another.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare() {
    return {
      async in(payload) {
        if (!isMap(payload) || !isMap(payload.query)) throw new Error("expected a request");
        const { wait, killAfter } = JSON.parse(String(payload.body)) as { wait: number; killAfter?: number };
        // a size that V8 ends the program for
        if (killAfter !== undefined) setTimeout(() => "a".repeat(2e8).split(""), killAfter);
        await new Promise((resolve) => setTimeout(resolve, wait));
        return (payload.query.n as string[])[0]!;
      },
    };
  },
});

export default waits;
