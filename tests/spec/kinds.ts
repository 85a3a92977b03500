import { z } from "zod";
import {
  type Diagnostic,
  duration,
  type KindDescription,
  link,
  port,
  portName,
  Scheme,
  size,
  specs,
} from "../../src/spec/mod.ts";
import type { ValueMap } from "../../src/value/mod.ts";

const when = z.string().min(1).meta({ description: "A condition." });

/** Kinds as the seed's workflow uses them, and what else the checks tell apart. */
const KINDS: KindDescription[] = [
  {
    name: "listener",
    summary: "Takes requests from a socket.",
    fields: z.object({
      protocol: z.enum(["http", "https"]).meta({ description: "What is spoken." }),
      host: z.string().default("127.0.0.1").meta({ description: "Where it listens." }),
      port: port(),
      maxBody: size().default(1024 * 1024),
      stream: z.boolean().default(false).meta({ description: "Whether bodies are handed on as they come." }),
    }),
    ports: { in: [], out: ["out", "error"] },
  },
  {
    name: "router",
    summary: "Sends a request where its path belongs.",
    fields: z.object({
      routes: z.array(z.strictObject({
        method: z.string().meta({ description: "Of the request." }),
        path: z.string().meta({ description: "Of the request." }),
        port: portName(),
      })).min(1).meta({ description: "The routes." }),
    }),
    ports: { in: ["in"], out: ["out[]", "error"] },
  },
  {
    name: "snippet",
    summary: "Runs code.",
    fields: z.object({
      language: z.enum(["text", "json", "cel", "javascript"]).meta({ description: "Of the code." }),
      code: z.string().meta({ description: "The code." }),
      timeout: duration().optional(),
    }),
    ports: { in: ["in"], out: ["out", "error"] },
    verbatim: ["code"],
    check: checkCode,
  },
  {
    name: "switch",
    summary: "Sends a packet where the first true condition says.",
    fields: z.object({
      matches: z.array(z.strictObject({ when, port: portName() })).meta({ description: "The conditions." }),
    }),
    fieldAliases: { match: "matches" },
    ports: { in: ["in"], out: ["out[]", "error"] },
    verbatim: ["matches[].when"],
    check: ({ matches }) =>
      (matches as ValueMap[]).flatMap(({ when }, index) => badWord(when as string, ["matches", index, "when"])),
  },
  {
    name: "if",
    summary: "Sends a packet one way or the other.",
    fields: z.object({ when }),
    ports: { in: ["in"], out: ["out[0]", "out[1]", "error"] },
    verbatim: ["when"],
  },
  {
    name: "merge",
    summary: "Waits for a packet on each port.",
    fields: z.object({}),
    ports: { in: ["in[]"], out: ["out", "error"] },
  },
  {
    name: "block",
    summary: "A chain of nodes.",
    fields: z.object({
      specs: specs(),
      inbounds: z.record(z.string(), z.array(link())).optional().meta({ description: "More ways in." }),
    }),
    ports: { in: ["in", "in[]"], out: ["out", "error"] },
    nested: "specs",
    portsOf: ({ inbounds }) => ({ in: ["in", ...Object.keys(inbounds as ValueMap ?? {})], out: ["out", "error"] }),
  },
  {
    name: "syscall",
    summary: "Changes or reads the registry.",
    fields: z.object({
      opcode: z.enum(["nodes.create", "nodes.read", "nodes.update", "nodes.delete"]).meta({
        description: "What to do.",
      }),
    }),
    ports: { in: ["in"], out: ["out", "error"] },
  },
  {
    name: "for",
    aliases: ["loop"],
    summary: "Sends each item of a list.",
    fields: z.object({ batch: z.int().min(1).optional().meta({ description: "Items at once." }) }),
    ports: { in: ["in"], out: ["out[]", "error"] },
  },
  {
    name: "http",
    summary: "Sends a request.",
    fields: z.object({ url: z.url().meta({ description: "Where to." }), timeout: duration().optional() }),
    ports: { in: ["in"], out: ["out", "error"] },
  },
];

/** Code with the word `bad` in it is wrong there. */
function checkCode({ code }: ValueMap): Diagnostic[] {
  return badWord(code as string, ["code"]);
}

function badWord(text: string, path: (string | number)[]): Diagnostic[] {
  const offset = text.indexOf("bad");
  return offset < 0 ? [] : [{ location: { path, offset }, message: "a bad word", hint: "say it nicely" }];
}

/** A scheme of those kinds. */
export function testScheme(): Scheme {
  return new Scheme(KINDS);
}
