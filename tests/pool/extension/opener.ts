// A kind of the host that opens a file for the time of a process, and notes in what order things are let go of.
import type { Kind } from "@weft/weft/kind";
import { z } from "zod";

/** What was let go of: for each process the numbers of its files, in that order. */
export const closed = new Map<number, number[]>();

const opener: Kind = {
  name: "opener",
  summary: "Opens two files for the time of the process.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out"] },
  place: "host",
  prepare: ({ symbol }) => ({
    node: {
      receive(packet) {
        for (const number of [1, 2]) {
          const file = Deno.openSync(new URL(import.meta.url));
          packet.process.onExit(() => {
            file.close();
            const { number: process } = packet.process;
            closed.set(process, [...closed.get(process) ?? [], number]);
          });
        }
        return packet.send(symbol.out("out"), packet.payload);
      },
    },
  }),
};

export default opener;
