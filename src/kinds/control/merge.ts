import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { type Packet, type Process, sendInNameOf } from "../../flow/mod.ts";
import { merge as merged, NONE, type Value } from "../../value/mod.ts";
import { linkedIns } from "../links.ts";

/** Gathers one packet of each in port. */
export const merge: Kind = defineKind({
  name: "merge",
  summary: "Waits for a packet of each in port, and sends them on as one list, in the order of the ports.",
  fields: z.object({}),
  ports: { in: ["in[]"], out: ["out", "error"] },
  about:
    "It waits for every in port that something is linked to, within one process. The packet that completes a set " +
    "is answered with what `out` answers, those before it with nothing at once. Further packets of a port wait for the " +
    "next set; what is not complete when the process ends is dropped. If any of the packets is an error, the errors go " +
    "by `error`. What comes by a single port goes on as it is.",
  portSummaries: {
    "in[]": "One packet of each port makes a set.",
    out: "The payloads of a set, in the order of the ports.",
    error: "The errors among the payloads of a set, joined.",
  },
  examples: [{ title: "Wait for what is linked to it", spec: { kind: "merge" } }],
  prepare({ name }) {
    const ins = linkedIns();
    const key = `merge ${name}`;
    const waiting = new WeakMap<Process, Map<number, Packet[]>>();
    return {
      in(payload, call) {
        const packet = call as Packet;
        const { process } = packet;
        const own = packet.port!.index;
        const ports = ins(call);
        if (!ports.some(({ index }) => index !== own)) return payload;
        let queues = waiting.get(process);
        if (queues === undefined) {
          waiting.set(process, queues = new Map());
          // so that the thread does not forget the process between two packets
          process.store(key, true);
        }
        const queue = queues.get(own);
        if (queue === undefined) queues.set(own, [packet]);
        else queue.push(packet);
        const indices = ports.some(({ index }) => index === own)
          ? ports.map(({ index }) => index)
          : [...ports.map(({ index }) => index), own].sort((a, b) => a - b);
        if (indices.some((index) => !queues.get(index)?.length)) return NONE;
        const set = indices.map((index) => queues.get(index)!.shift()!);
        sendInNameOf(packet, set[0]!);
        return merged(set.map((packet) => packet.payload)) as Value;
      },
    };
  },
});
