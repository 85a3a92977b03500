import { type Call, defineKind, type Kind, type Reply } from "@weft/weft/kind";
import { z } from "zod";
import { type Answer, isError, isList, NONE, type Value } from "../../value/mod.ts";
import { errorAmong, sendEach, sendInChildren } from "../each.ts";
import { sendError } from "../leave.ts";
import { isLinked } from "../links.ts";
import { payloadError } from "../payload_error.ts";

/** Sends each item of a list on, and gathers the answers. */
export const forKind: Kind = defineKind({
  name: "for",
  aliases: ["loop"],
  summary: "Sends each item of a list by out[0] and the list of the answers by out[1].",
  fields: z.object({
    concurrency: z.int().min(1).max(1_000).optional().describe(
      "How many items may be under way at a time, each in a child process of its own. Without it, all items go on in the " +
        "process of the list.",
    ),
    onError: z.enum(["fail", "stop", "collect"]).default("fail").describe(
      "What an error of an item means: fail lets the other items run, then sends the errors, joined, by error; stop sends " +
        "no further item, then the error by error; collect puts the error in its place in the list.",
    ),
  }),
  ports: { in: ["in"], out: ["out[]", "error"] },
  about:
    "The result is always a list, in the order of the items: of one item it has one, of an empty list none. An item " +
    "that is answered with nothing is left out. Where `out[0]` is not linked an item is its own answer; where `out[1]` " +
    "is not linked the list is the answer.\n\n" +
    "Without `concurrency`, items do not wait for one another, but each node on their way takes one after the other, as " +
    "it does with all packets of a process. With `concurrency`, each item has a child process, so that several wait for " +
    "slow nodes at the same time, and the next one starts when one is answered; `1` runs an item when the one before " +
    "it is done. What a child stores in a `session` ends with it.\n\n" +
    "A list may be long: packets are made for a part of it at a time.",
  portSummaries: {
    "out[]": "`out[0]`: each item. `out[1]`: the list of the answers.",
    error: "The errors of items, and payloads that are no list.",
  },
  errors: { invalid_payload: "The payload is no list." },
  examples: [
    { title: "Each item of a list", spec: { kind: "for" } },
    {
      title: "Ten at a time, and an error in the place of what failed",
      spec: { kind: "for", concurrency: 10, onError: "collect" },
    },
  ],
  prepare(context) {
    const { fields: { concurrency, onError }, ports, fork } = context;
    const [item, done] = [ports.out.at(0), ports.out.at(1)];
    const stopAtError = onError === "stop";
    const finish = (call: Call, answers: readonly Answer[]): Reply => {
      const error = onError === "collect" ? undefined : stopAtError ? answers.find(isError) : errorAmong(answers);
      if (error !== undefined) return sendError(context, call, error);
      return call.send(done, answers.filter((answer): answer is Value => answer !== NONE));
    };
    return {
      in: {
        receive(call) {
          const { payload } = call;
          if (!isList(payload)) return sendError(context, call, payloadError("for", payload, "a list"));
          if (concurrency === undefined || !isLinked(call, item)) {
            return sendEach(call, item, payload, { stopAtError, then: finish });
          }
          return sendInChildren(call, item, payload, { concurrency, stopAtError, fork })
            .then((answers) => finish(call, answers));
        },
      },
    };
  },
});
