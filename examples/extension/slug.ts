import { defineKind, failure, type Kind } from "@weft/weft/kind";
import slugify from "slugify";
import { z } from "zod";
import { longWords } from "./text.ts";

/** A kind that runs on executors, with a package and a second file. */
const slug: Kind = defineKind({
  name: "slug",
  summary: "Turns a title into the last part of a URL.",
  fields: z.object({
    letters: z.int().min(1).default(1).describe("How many letters a word needs to be kept."),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  examples: [{ title: "Leave short words out", spec: { kind: "slug", letters: 3 } }],
  prepare: ({ fields }) => ({
    in(title) {
      if (typeof title !== "string") return failure("invalid payload: expected a string");
      return slugify(longWords(title, fields.letters), { lower: true, strict: true });
    },
  }),
});

export default slug;
