import { type DataKind, defineDataKind } from "@weft/weft/kind";
import validRange from "semver/ranges/valid.js";
import { z } from "zod";
import { nodeName } from "../../spec/mod.ts";

const data = z.strictObject({
  from: z.string().min(1).optional().meta({
    description:
      "Where the module is: a folder, relative to the file, or `npm:NAME`, a package that is installed in a " +
      "`node_modules` beside the file or above it. Without it, nothing is imported.",
  }),
  version: z.string().refine((text) => validRange(text) !== null, "expected a range such as ^1.2.0 or 1.x")
    .optional().meta({ description: "Which versions will do, by the rules of semver: `^1.2.0`. Default: any." }),
  as: nodeName().optional().meta({
    description: "What the names of its entries begin with, before a dot. Default: the name of the dependency.",
  }),
  parameters: z.union([
    z.record(z.string(), z.any()),
    z.array(z.strictObject({ name: z.string().min(1), value: z.any() })),
  ], { error: "expected a map of values by name" }).default({}).meta({
    description: "The values of the module's requirements, by name.",
  }),
  component: z.string().optional().meta({ description: "The module by its name, for people; it is not looked up." }),
});

/** The data of a dependency. */
export type DependencyData = z.infer<typeof data>;

/** Imports a module. */
export const dependency: DataKind = defineDataKind({
  name: "ns.dependency",
  summary: "Imports a module: its entries become entries of this namespace, under a name of their own.",
  data,
  about: `
When files with a dependency are read, by \`check\`, \`apply\` or \`start\`, the entries of its module are read with them. A
node \`send\` of a module that the dependency \`mail\` imports is \`mail.send\` here: links lead to it by this name. Each
entry says in its \`meta\` where it comes from: \`module\`, \`module_dependency\` and \`module_file\`.

They are plain entries of the store, which need the folder of the module no more. They are changed in the module, and
leave with the dependency. [Modules](../../modules.md) tells the whole.
`.trim(),
  examples: [
    {
      title: "A folder",
      spec: {
        kind: "ns.dependency",
        name: "mail",
        data: { from: "../modules/notifier", version: "^1.2.0", parameters: { subject: "News of the shop" } },
      },
    },
    {
      title: "A package",
      spec: { kind: "ns.dependency", name: "mail", data: { from: "npm:@acme/notifier", version: "1.x" } },
    },
  ],
});
