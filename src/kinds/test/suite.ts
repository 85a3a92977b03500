import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";

/** A test of the workflow that it is linked to. */
export const suite: Kind = defineKind({
  name: "test",
  summary: "Tests the workflow that it is linked to; weft test runs it.",
  place: "host",
  effect: "none",
  fields: z.object({}),
  ports: { in: [], out: ["out[]"] },
  about:
    "weft test sends null by `out[0]`. The test fails if the answer is an error. If there is an answer, it goes on " +
    "by `out[1]` as the list `[answer, -1]`, which nodes of kind `assert` understand, and the test fails if that is " +
    "answered with an error. Both belong to one process, whose transactions are rolled back if it fails.\n\n" +
    "Nothing runs it in an engine that serves: it can stay beside the workflow that it tests.",
  portSummaries: { "out[]": "`out[0]`: null. `out[1]`: what that was answered with, and the number -1." },
  examples: [{ title: "Test a flow, and what it answers", spec: { kind: "test" } }],
  prepare: () => ({}),
});
