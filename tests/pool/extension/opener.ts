// A kind of the host that opens files for the time of a process, and records the order in which they are closed.
import type { Kind } from "@weft/weft/kind";
import { z } from "zod";

/** For each process, the numbers of its files in the order in which they were closed. */
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
