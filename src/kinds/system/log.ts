import { z } from "zod";
import type { Kind } from "../../flow/mod.ts";
import { fullMessage, isError, type LogLevel, type Value } from "../../value/mod.ts";
import type { HostContext } from "../context.ts";

const fields = z.object({
  level: z.enum(["debug", "info", "warn", "error"]).default("info").meta({ description: "The level of the line." }),
  message: z.string().optional().meta({ description: "What the line begins with." }),
});

/** Writes its payload to the log and passes it on. */
export const log: Kind<HostContext> = {
  name: "log",
  summary: "Writes the payload to the log and passes it on.",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  place: "host",
  pure: true,
  prepare(context) {
    const { level, message } = fields.parse(context.fields);
    const out = context.symbol.out("out");
    return {
      node: {
        receive(packet) {
          const text = textOf(packet.payload);
          context.log(level as LogLevel, message === undefined ? text : `${message}: ${text}`, packet.process);
          return packet.send(out, packet.payload);
        },
      },
    };
  },
};

/** How long a line may get, in characters. */
const LENGTH = 10_000;

function textOf(value: Value): string {
  if (typeof value === "string") return value.slice(0, LENGTH);
  if (isError(value)) return fullMessage(value).slice(0, LENGTH);
  const text = JSON.stringify(
    value,
    (_, part) =>
      typeof part === "bigint" ? String(part) : part instanceof Uint8Array ? `<${part.byteLength} bytes>` : part,
  );
  return (text ?? String(value)).slice(0, LENGTH);
}
