import { type DataKind, defineDataKind } from "@weft/weft/kind";
import valid from "semver/functions/valid.js";
import { z } from "zod";

const data = z.strictObject({
  module: z.string().min(1).optional().meta({
    description: "The name of the module: `notifier`, `@acme/notifier`. Default: the name of the entry.",
  }),
  version: z.string().refine((text) => valid(text) !== null, "expected a version such as 1.2.0").optional().meta({
    description: "Its version, by the rules of semver: `1.2.0`. Importers may ask for a range of versions.",
  }),
  title: z.string().optional().meta({ description: "What it is, in a few words." }),
  description: z.string().optional().meta({ description: "What it does, in a sentence or two." }),
  readme: z.string().optional().meta({ description: "How it is used, in Markdown." }),
  license: z.string().optional().meta({ description: "Its license: `MIT`." }),
  authors: z.array(z.string()).optional().meta({ description: "Who has written it." }),
  repository: z.string().optional().meta({ description: "Where its source is." }),
  keywords: z.array(z.string()).optional().meta({ description: "Words by which it is found." }),
}).nullable();

/** The data of a definition. */
export type DefinitionData = z.infer<typeof data>;

/** Describes a namespace, and makes a module of the folder that it is in. */
export const definition: DataKind = defineDataKind({
  name: "ns.definition",
  summary: "Describes a namespace, and makes a module of the folder that it is in.",
  data,
  about: `
A folder of spec files is a module if one of the files directly in it has a definition. Its name and its version are those
that \`weft module list\` shows and that the field \`version\` of a dependency is checked against.
[Modules](../../modules.md) tells the whole.
`.trim(),
  examples: [
    {
      title: "A module",
      spec: {
        kind: "ns.definition",
        name: "notifier",
        data: { version: "1.2.0", title: "Sends notifications", license: "MIT" },
      },
    },
  ],
});
