// A kind of executors that logs when the exit hooks of its process and of a child of it run.
import { defineKind, type Kind, NONE } from "@weft/weft/kind";
import { z } from "zod";

const hooks: Kind = defineKind({
  name: "hooks",
  summary: "Logs the ends of processes.",
  fields: z.object({
    label: z.string().default("process"),
    fail: z.boolean().default(false),
    child: z.boolean().default(false),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: ({ fields, clock, fork, log, ports }) => {
    const watch = (process: { onExit(hook: (error: Error | undefined) => Promise<void>): void }, name: string) =>
      process.onExit(async (error) => {
        await clock.sleep(50);
        log.info(`the ${name} ends ${error === undefined ? "well" : `with ${error.message}`}`);
      });
    return {
      in(payload, call) {
        watch(call.process, fields.label);
        if (fields.fail) throw new Error("what failed");
        if (!fields.child) return payload;
        const child = fork(call);
        void child.send(ports.out, "child");
        child.close();
        return NONE;
      },
    };
  },
});

export default hooks;
