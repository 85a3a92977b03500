import { type DataKind, defineDataKind } from "@weft/weft/kind";
import { z } from "zod";

const data = z.strictObject({
  description: z.string().optional().meta({ description: "What the value is for." }),
  default: z.any().optional().meta({
    description: "The value where the importer gives none. Without a default, it has to give one.",
  }),
  example: z.any().optional().meta({
    description: "A value that could be given; `weft module check` checks the module with it.",
  }),
  targets: z.array(z.strictObject({
    entry: z.string().min(1).meta({ description: "The name of an entry of the module." }),
    path: z.string().min(1).meta({
      description: "Where in it: `port`, `routes[0].path`, `links.out[0].name`, `meta.owner`; with `+=` behind it, " +
        "the value, or each of its items, is added to a list.",
    }),
  })).default([]).meta({ description: "Where the value is put." }),
});

/** The data of a requirement. */
export type RequirementData = z.infer<typeof data>;

/** A parameter of a module. */
export const requirement: DataKind = defineDataKind({
  name: "ns.requirement",
  summary: "A parameter of a module: a value that its importer gives, and where it is put.",
  data,
  about: `
The value is put into its targets when the module is imported. What stands in a target otherwise is what the module has
when its own files are run. A value that the importer gives may name something of the importer, such as a connection or
the node that a link leads to; a default names what is in the module. [Modules](../../modules.md) tells the whole.
`.trim(),
  examples: [
    {
      title: "A text with a default",
      spec: {
        kind: "ns.requirement",
        name: "subject",
        data: { default: "News", targets: [{ entry: "send", path: "subject" }] },
      },
    },
    {
      title: "A connection of the importer",
      spec: {
        kind: "ns.requirement",
        name: "server",
        data: {
          description: "The connection to the mail server.",
          example: "mail",
          targets: [{ entry: "send", path: "connection" }],
        },
      },
    },
    {
      title: "Where a link leads",
      spec: {
        kind: "ns.requirement",
        name: "done",
        data: { description: "The node that is told.", targets: [{ entry: "send", path: "links.out[0].name" }] },
      },
    },
  ],
});
