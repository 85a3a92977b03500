import { z } from "zod";
import { LANGUAGES } from "../language/mod.ts";
import { duration } from "../spec/mod.ts";

/** The fields of kinds that run code on a payload or on each of its items. */
export const codeFields = {
  language: z.enum(Object.keys(LANGUAGES) as [string, ...string[]]).default("cel").describe(
    "What the code is written in. Default cel.",
  ),
  each: z.boolean().default(true).describe(
    "Whether the code runs on each item of a list; otherwise it runs on the list. Default true.",
  ),
  timeout: duration().optional().describe("How long the code may take, for a call or an item. Default 1s."),
};
