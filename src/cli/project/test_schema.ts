import { z } from "zod";
import { duration, type JsonSchema } from "../../spec/mod.ts";

const text = () => z.string().min(1);
const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item)]);
const variables = () => z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const ERROR = z.union([
  text(),
  z.strictObject({ code: z.any().optional(), message: z.any().optional(), details: z.any().optional() }),
]).describe("An error: a map of code, message and details, or what the message is or contains.");

const REQUEST = z.strictObject({
  path: text().describe("The path, with the query: /orders?page=2."),
  method: text().optional().describe("The method. Default GET, POST with a body."),
  headers: z.record(z.string(), z.any()).optional().describe("The headers by their names."),
  body: z.any().optional().describe("The body: text as it is, anything else as JSON."),
  form: z.record(z.string(), z.any()).optional().describe("The body as a form."),
  client: text().optional().describe("The address that the request comes from."),
}).describe("A request through all that the listener does.");

const STEP_EXPECT = z.strictObject({
  answer: z.any().optional().describe("The answer of this step."),
  error: ERROR.optional(),
}).describe("What has to hold once what this step sends has ended.");

const STEP = {
  wait: z.boolean().optional().describe("Whether the next step begins only when this one has ended. Default true."),
  expect: STEP_EXPECT.optional(),
};

const SEND = z.union([
  z.strictObject({ to: text().describe("The name of a listener."), request: REQUEST, ...STEP }),
  z.strictObject({
    port: text().describe("A port of a node: price.in."),
    payload: z.any().optional().describe("What is sent to it."),
    ...STEP,
  }),
  z.strictObject({
    source: text().describe("The name of a source: cron, watch, queue.consume, ..."),
    payload: z.any().optional().describe("What it sends."),
    port: text().optional().describe("The port that it sends by. Default out."),
    ...STEP,
  }),
  z.strictObject({ advance: duration().describe("How much time passes."), expect: STEP_EXPECT.optional() }),
]);

const ANSWER = z.strictObject({
  payload: z.any().optional().describe("What the node sends."),
  port: text().optional().describe("The port that it sends by. Default out."),
  error: ERROR.optional(),
  timeout: z.boolean().optional().describe("Whether it fails at its time limit, with the code timeout."),
  that: text().optional().describe("A CEL expression over the payload: what the node sends."),
  nothing: z.boolean().optional().describe("Whether it answers with nothing."),
  delay: duration().optional().describe("How long the node waits before."),
}).describe("What the node does in place of its own work.");

const MOCK = {
  node: text().describe("The name of the node."),
  when: text().optional().describe("A CEL expression over the payload: which calls. Default every call."),
};

const MOCKS = z.array(z.union([
  z.strictObject({ ...MOCK, answer: ANSWER }),
  z.strictObject({ ...MOCK, answers: z.array(ANSWER).min(1).describe("The first call gets the first one.") }),
])).describe("What takes the place of nodes.");

const SETTINGS = {
  clock: text().optional().describe("When a test begins: 2026-03-29T00:30:00Z, or real. Default 2026-01-01."),
  effects: z.union([z.enum(["refuse", "real"]), text(), z.array(text())]).optional()
    .describe("What may reach outside: refuse (default), real, or a list of kinds and nodes."),
  timeout: duration().optional().describe("How long a test may take in real time. Default 5s."),
  mocks: MOCKS.optional(),
};

const EXPECT = z.strictObject({
  answer: z.any().optional().describe("The answer of the last step that sends something."),
  error: ERROR.optional(),
  calls: z.record(
    z.string(),
    z.union([
      z.int().min(0),
      z.strictObject({
        times: z.int().min(0).optional().describe("How often the node was called."),
        with: z.strictObject({ payload: z.any().optional(), port: text().optional() }).optional()
          .describe("What some calls were with."),
      }),
    ]),
  ).optional().describe("How often nodes were called, and with what, by their names."),
  path: z.array(text()).optional().describe("The nodes and ports that packets took, in this order."),
  log: z.array(z.strictObject({
    level: z.enum(["debug", "info", "warn", "error"]).optional(),
    contains: text().optional(),
    match: text().optional(),
    node: text().optional(),
  })).optional().describe("Lines of the log."),
  clock: z.union([duration(), z.strictObject({ atLeast: duration().optional(), atMost: duration().optional() })])
    .optional().describe("How much time has passed."),
  snapshot: z.union([z.literal(true), text()]).optional().describe("Whether the answer is the one of the snapshot."),
});

const TEST = z.strictObject({
  name: text().describe("The name, unique in the file."),
  send: z.union([SEND, z.array(SEND).min(1)]).describe("What is sent: one step or several."),
  ...SETTINGS,
  expect: EXPECT.optional().describe("What has to hold at the end."),
  skip: text().optional().describe("Why it is not run."),
});

const FILE = z.strictObject({
  specs: oneOrMore(text()).optional().describe("Files or folders of specs. Default: those of weft.yaml."),
  env: variables().optional().describe("Variables for templates, over those of weft.yaml."),
  defaults: z.strictObject(SETTINGS).optional().describe("What holds for every test that says nothing else."),
  tests: z.array(TEST).describe("The tests, in order."),
});

/**
 * Returns the JSON Schema of test files, for editors.
 *
 * @param version The version of Weft, for the title.
 */
export function testSchema(version: string): JsonSchema {
  const schema = z.toJSONSchema(FILE, { io: "input", target: "draft-7", unrepresentable: "any" });
  return { ...schema, title: `Weft ${version} tests`, description: "Tests of workflows, which weft test runs." };
}
