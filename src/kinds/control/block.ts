import {
  type Compound,
  type DataKind,
  defineCompound,
  defineDataKind,
  type Kind,
  type PartPort,
} from "@weft/weft/kind";
import { z } from "zod";
import { defaultName, type Diagnostic, portName, type Ports, portsOf, type Scheme, specs } from "../../spec/mod.ts";
import { isList, type ValueMap } from "../../value/mod.ts";
import { chain } from "./step.ts";

const innerPorts = z.record(
  z.string(),
  z.array(z.strictObject({
    name: z.string().meta({ description: "The name of a node inside; $0, $1, ... of one that has none." }),
    port: portName(),
  })),
);

const fields = z.object({
  specs: specs().optional().meta({ description: "Specs of the nodes inside." }),
  inbounds: innerPorts.optional().meta({
    description:
      "For each in port of the block, the ports inside that it leads to. Without it and outbounds, the nodes " +
      "inside are a row: the first takes what comes in, each sends to the next, the last sends on.",
  }),
  outbounds: innerPorts.optional().meta({
    description: "For each out port of the block, the ports inside that lead to it.",
  }),
  use: z.string().min(1).optional().meta({
    description: "The name of a block.definition that the block is made of, in place of specs, inbounds and outbounds.",
  }),
  with: z.record(z.string(), z.any()).optional().meta({ description: "Values of the parameters of that definition." }),
});

/** A block that is written once and used by its name. */
export const blockDefinition: DataKind = defineDataKind({
  name: "block.definition",
  summary: "Holds a block that specs of kind block use by its name, with parameters.",
  data: z.strictObject({
    parameters: z.record(
      z.string().regex(/^[A-Za-z_]\w*$/, "expected letters, digits and _"),
      z.strictObject({
        description: z.string().optional().meta({ description: "What it is for." }),
        default: z.any().optional().meta({ description: "Its value where a block gives none." }),
      }).nullable(),
    ).optional().meta({ description: "What differs from use to use. Written as {{ with.name }} in specs." }),
    specs: specs(),
    inbounds: innerPorts.optional().meta({ description: "As in a block." }),
    outbounds: innerPorts.optional().meta({ description: "As in a block." }),
  }),
});

type BlockFields = z.infer<typeof fields>;

/** Several nodes as one. */
export const block: Kind = defineCompound({
  name: "block",
  summary: "Several nodes as one: in a row, or linked to each other with their ports named by inbounds and outbounds.",
  fields,
  ports: { in: ["in", "in[]", "io"], out: ["out", "out[]", "error"] },
  nested: "specs",
  uses: "block.definition",
  about: "A block has no node of its own: the nodes inside are linked in its place and appear in paths as `block/0`, " +
    "`block/1`, ... They can be linked from outside by the ports of the block only.\n\n" +
    "Without `inbounds` and `outbounds` the nodes are a row, as in `step`, and the block has the in ports of the first " +
    "and the out ports of the last. With them, the nodes are linked by their own `links`, by name; one without a name is " +
    "called `$0`, `$1`, ... by its place.\n\n" +
    "A block that is needed more than once is an entry of kind `block.definition`, whose `data` has `parameters`, `specs`, " +
    "`inbounds` and `outbounds`. `use` names it and `with` gives its parameters, which stand in its specs as " +
    "`{{ with.name }}`: a string of nothing else becomes the value, of any type. Parameters are not filled in in code. " +
    "Errors have the place in the definition and name the block that uses it; a change of the definition changes all " +
    "blocks that use it.",
  portSummaries: {
    in: "Leads to the first node of a row, or where inbounds says.",
    "in[]": "In ports with an index, where the first node or inbounds has them.",
    io: "A port that is called so, where inbounds names it.",
    out: "What the last node of a row sends, or what outbounds names.",
    "out[]": "Out ports with an index, where the last node or outbounds has them.",
    error: "Errors of the nodes inside.",
  },
  examples: [
    {
      title: "A row",
      spec: {
        kind: "block",
        specs: [
          { kind: "snippet", language: "cel", code: "self + 1" },
          { kind: "snippet", language: "cel", code: "self * 10" },
        ],
      },
    },
    {
      title: "Ports of its own",
      spec: {
        kind: "block",
        specs: [
          { kind: "if", name: "sign", when: "self < 0", links: { "out[0]": [{ name: "minus", port: "in" }] } },
          { kind: "snippet", name: "minus", language: "cel", code: "-self" },
        ],
        inbounds: { number: [{ name: "sign", port: "in" }] },
        outbounds: { magnitude: [{ name: "minus", port: "out" }, { name: "sign", port: "out[1]" }] },
      },
    },
  ],
  portsOf(given, scheme): Ports {
    const { inbounds, outbounds } = given;
    if (isCluster(given)) return { in: Object.keys(inbounds ?? {}), out: Object.keys(outbounds ?? {}) };
    const out = portsAt(given, scheme, -1).out.filter((port) => port !== "error");
    return { in: portsAt(given, scheme, 0).in, out: [...out, "error"] };
  },
  check(given) {
    if (given.specs === undefined) {
      return given.use === undefined
        ? [{ location: { path: [] }, message: 'missing field "specs" of block, or "use"' }]
        : [];
    }
    if (!isCluster(given)) return [];
    const { specs, ...bounds } = given;
    const names = specs.map(({ name }, index) => name ?? defaultName(index));
    const diagnostics: Diagnostic[] = [];
    for (const side of ["inbounds", "outbounds"] as const) {
      for (const [port, targets] of Object.entries(bounds[side] ?? {})) {
        targets.forEach(({ name }, index) => {
          if (names.includes(name)) return;
          diagnostics.push({
            location: { path: [side, port, index, "name"] },
            message: `unknown node ${JSON.stringify(name)}`,
            hint: `known nodes are ${names.join(", ")}`,
          });
        });
      }
    }
    return diagnostics;
  },
  compound: (given) => isCluster(given) ? cluster(given) : chain({ specs: given.specs ?? [] }),
});

/** Whether the nodes inside are linked by hand instead of in a row. */
function isCluster(fields: BlockFields): boolean {
  return fields.inbounds !== undefined || fields.outbounds !== undefined;
}

function cluster({ specs = [], inbounds = {}, outbounds = {} }: BlockFields): Compound {
  const parts = specs as readonly object[] as readonly ValueMap[];
  const indexOf = (name: unknown) => {
    const at = parts.findIndex((part) => part.name === name || part.id === name);
    return at >= 0 ? at : parts.findIndex((part, index) => part.name === undefined && defaultName(index) === name);
  };
  const inner = (ports: readonly { name: string; port: string }[] | undefined): PartPort[] =>
    (ports ?? []).map(({ name, port }) => ({ part: indexOf(name), port })).filter(({ part }) => part >= 0);
  const wires = parts.flatMap((part, from) =>
    Object.entries((part.links ?? {}) as Record<string, unknown>).flatMap(([port, targets]) =>
      (isList(targets) ? targets as readonly ValueMap[] : []).flatMap((target) => {
        const to = indexOf(target.id ?? target.name);
        return to < 0 ? [] : [{ from: { part: from, port }, to: { part: to, port: String(target.port) } }];
      })
    )
  );
  return { parts, wires, ins: (port) => inner(inbounds[port]), outs: (port) => inner(outbounds[port]) };
}

/** The ports of the node at one end of a row. */
function portsAt(fields: BlockFields, scheme: Scheme, index: 0 | -1): Ports {
  const part = ((fields.specs ?? []) as readonly object[] as readonly ValueMap[]).at(index);
  const kind = part === undefined ? undefined : scheme.get(String(part.kind));
  return kind === undefined ? { in: [], out: [] } : portsOf(kind, part!, scheme);
}
