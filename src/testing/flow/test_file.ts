import { z } from "zod";
import { type Diagnostic, duration, type Path, type Position, readMapFile, sortDiagnostics } from "../../spec/mod.ts";
import { isMap, type Value } from "../../value/mod.ts";
import { checkExpression } from "./expression.ts";
import { checkPattern, type Finding } from "./finding.ts";
import { checkExpected } from "./matcher.ts";

const text = (description: string) => z.string().min(1).meta({ description });
/** Any value, `null` as well. */
const any = (description: string) => z.any().optional().meta({ description });

const request = z.strictObject({
  path: text("The path, with a query if there is one."),
  method: text("The method. Default GET, or POST with a body.").optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional().meta({
    description: "The headers.",
  }),
  body: any("The body: text, or what is sent as JSON."),
  form: z.record(z.string(), z.any()).optional().meta({ description: "A body that is sent as a form." }),
  client: text("The address that it comes from. Default 127.0.0.1.").optional(),
});

const stepExpect = z.strictObject({ answer: any("The answer."), error: any("The error.") });

const step = z.strictObject({
  to: text("The listener that gets `request`.").optional(),
  request: request.optional(),
  port: text("The port that gets `payload`, such as router.in; of a `source`, the one that it sends by.").optional(),
  source: text("The source that sends `payload`.").optional(),
  payload: any("What is sent."),
  advance: duration().optional().meta({ description: "How much time passes." }),
  wait: z.boolean().optional().meta({ description: "Whether it runs to its end before the next step. Default true." }),
  expect: stepExpect.optional(),
});

const answer = z.strictObject({
  payload: any("What the node sends."),
  port: text("The port that it sends it by. Default out.").optional(),
  error: z.union([
    z.string(),
    z.strictObject({ code: z.string().optional(), message: z.string().optional(), details: z.any().optional() }),
  ]).optional().meta({ description: "The error that it sends." }),
  timeout: z.boolean().optional().meta({ description: "Whether it fails at its time limit." }),
  that: text("A CEL expression over the payload that gives what it sends.").optional(),
  nothing: z.boolean().optional().meta({ description: "Whether it answers with nothing." }),
  delay: duration().optional().meta({ description: "How long it takes." }),
});

const mock = z.strictObject({
  node: text("The name of the node."),
  when: text("A CEL condition over the payload. Default every call.").optional(),
  answer: answer.optional().meta({ description: "The answer to every call." }),
  answers: z.array(answer).min(1).optional().meta({ description: "The answers to one call after another." }),
});

const effects = z.union([z.enum(["refuse", "real"]), z.array(z.string())], {
  error: "expected refuse, real, or a list of nodes and kinds",
}).optional().meta({ description: "What may reach outside." });

const clock = z.string().optional().meta({ description: "When the test begins, or real." });

const expectation = z.strictObject({
  ...stepExpect.shape,
  calls: z.record(
    z.string(),
    z.union([
      z.int().nonnegative(),
      z.strictObject({
        times: z.int().nonnegative().optional(),
        with: z.strictObject({ payload: z.any().optional(), port: z.string().optional() }).optional(),
      }),
    ], { error: "expected a number of calls, or a map of times and with" }),
  ).optional().meta({ description: "How often nodes are called." }),
  path: z.array(z.string()).optional().meta({ description: "The nodes and ports that packets take." }),
  log: z.array(z.strictObject({
    level: z.enum(["debug", "info", "warn", "error"]).optional(),
    contains: z.string().optional(),
    match: z.string().optional(),
    node: z.string().optional(),
  })).optional().meta({ description: "Lines of the log." }),
  clock: z.union([duration(), z.strictObject({ atLeast: duration().optional(), atMost: duration().optional() })], {
    error: "expected a duration such as 2s, or a map of atLeast and atMost",
  }).optional().meta({ description: "How much time passes." }),
  snapshot: z.union([z.literal(true), z.string().min(1)], { error: "expected true or a name" }).optional().meta({
    description: "Whether the answer is the one of a snapshot.",
  }),
});

const test = z.strictObject({
  name: text("Its name."),
  send: z.array(step).min(1).meta({ description: "What is sent." }),
  mocks: z.array(mock).optional().meta({ description: "What takes the place of nodes." }),
  expect: expectation.optional().meta({ description: "What has to hold." }),
  clock,
  effects,
  timeout: duration().optional().meta({ description: "How long it may take in real time. Default 5s." }),
  skip: text("Why it is not run.").optional(),
});

const file = z.strictObject({
  specs: z.array(z.string().min(1)).min(1).optional().meta({ description: "Files and folders of specs." }),
  env: z.record(z.string(), z.string()).optional().meta({ description: "Template variables." }),
  defaults: z.strictObject({ clock, effects, timeout: test.shape.timeout, mocks: test.shape.mocks }).optional().meta({
    description: "What holds for every test.",
  }),
  tests: z.array(test).meta({ description: "The tests." }),
});

/** A step of a test. */
export type Step = z.infer<typeof step>;
/** A mock of a test. */
export type MockSpec = z.infer<typeof mock>;
/** An answer of a mock. */
export type AnswerSpec = z.infer<typeof answer>;
/** What a test or a step expects. */
export type Expectation = z.infer<typeof expectation>;
/** A test as it stands in a file. */
export type TestSpec = z.infer<typeof test>;
/** A request of a step. */
export type RequestSpec = z.infer<typeof request>;
/** What a test file says. */
export type TestFileData = z.infer<typeof file>;

/** A test file. */
export interface TestFile {
  /** Its path. */
  readonly name: string;
  readonly data: TestFileData;
  /** Returns where a value stands. */
  position(path: Path): Position;
}

/** Reads a test file and checks it. @returns The file, undefined if there are errors, and those. */
export function readTestFile(name: string, content: string): { file?: TestFile; diagnostics: readonly Diagnostic[] } {
  const { data, source, diagnostics } = readMapFile(content, name, file, "test file");
  if (data === undefined || source === undefined) return { diagnostics };
  const found = check(data).map(({ path, message, offset, key }) => ({
    message,
    location: {
      position: offset !== undefined
        ? source.locate(path, offset)
        : key === true
        ? source.keyPosition(path)
        : source.position(path),
    },
  }));
  if (found.length > 0) return { diagnostics: sortDiagnostics(found) };
  return { file: { name, data, position: (path) => source.position(path) }, diagnostics: [] };
}

/** Checks what a schema cannot. */
function check(data: TestFileData): Finding[] {
  const names = new Map<string, number>();
  return [
    ...checkClock(data.defaults?.clock, ["defaults", "clock"]),
    ...checkMocks(data.defaults?.mocks, ["defaults", "mocks"]),
    ...data.tests.flatMap((test, index): Finding[] => {
      const at = ["tests", index];
      const first = names.get(test.name);
      names.set(test.name, first ?? index);
      return [
        ...first === undefined ? [] : [{
          path: [...at, "name"],
          message: `duplicate name ${JSON.stringify(test.name)}: test ${first + 1} has it`,
        }],
        ...test.send.flatMap((step, index) => checkStep(step, [...at, "send", index])),
        ...checkMocks(test.mocks, [...at, "mocks"]),
        ...checkClock(test.clock, [...at, "clock"]),
        ...checkExpectation(test.expect, [...at, "expect"]),
      ];
    }),
  ];
}

/** What a step is, by the key that says it. */
const FORMS = ["to", "source", "port", "advance"] as const;

/** Returns what a step is: a request, what a source sends, what a port gets, or time that passes. */
export function formOf(step: Step): typeof FORMS[number] | undefined {
  return FORMS.find((form) => step[form] !== undefined);
}

function checkStep(step: Step, path: Path): Finding[] {
  const form = formOf(step);
  if (form === undefined) {
    return [{ path, message: "invalid step: expected to and request, port and payload, source, or advance" }];
  }
  const allowed: Record<string, readonly string[]> = {
    to: ["to", "request"],
    port: ["port", "payload"],
    source: ["source", "payload", "port"],
    advance: ["advance"],
  };
  const general = form === "advance" ? [] : ["wait", "expect"];
  const extra = Object.keys(step).find((key) => ![...allowed[form]!, ...general].includes(key));
  if (extra !== undefined) {
    return [{ path: [...path, extra], key: true, message: `unexpected ${extra} in a step with ${form}` }];
  }
  if (form === "to" && step.request === undefined) return [{ path, message: "missing request in a step with to" }];
  if (step.request?.body !== undefined && step.request.form !== undefined) {
    return [{ path: [...path, "request", "form"], key: true, message: "unexpected form in a request with body" }];
  }
  if (form === "port" && !/.\../.test(step.port!)) {
    return [{ path: [...path, "port"], message: `invalid port ${JSON.stringify(step.port)}: expected NODE.PORT` }];
  }
  return checkExpectation(step.expect, [...path, "expect"]);
}

/** What an answer is, by the key that says it. */
const ANSWERS = ["payload", "error", "timeout", "that", "nothing"] as const;

function checkMocks(mocks: readonly MockSpec[] | undefined, path: Path): Finding[] {
  return (mocks ?? []).flatMap((mock, index): Finding[] => {
    const at = [...path, index];
    if ((mock.answer === undefined) === (mock.answers === undefined)) {
      return [{ path: at, message: `invalid mock of ${mock.node}: expected either answer or answers` }];
    }
    const answers = mock.answers ?? [mock.answer!];
    return [
      ...mock.when === undefined ? [] : checkExpression(mock.when, [...at, "when"]),
      ...answers.flatMap((answer, index): Finding[] => {
        const here = mock.answers === undefined ? [...at, "answer"] : [...at, "answers", index];
        const given = ANSWERS.filter((key) => Object.hasOwn(answer, key));
        if (given.length !== 1) {
          return [{ path: here, message: "invalid answer: expected one of payload, error, timeout, that and nothing" }];
        }
        return answer.that === undefined ? [] : checkExpression(answer.that, [...here, "that"]);
      }),
    ];
  });
}

function checkClock(clock: string | undefined, path: Path): Finding[] {
  if (clock === undefined || clock === "real" || !Number.isNaN(Date.parse(clock))) return [];
  const expected = "a time such as 2026-01-01T00:00:00Z, or real";
  return [{ path, message: `invalid clock ${JSON.stringify(clock)}: expected ${expected}` }];
}

function checkExpectation(expected: Expectation | undefined, path: Path): Finding[] {
  if (expected === undefined) return [];
  const { answer, error, calls = {}, log = [] } = expected;
  const both = answer !== undefined && error !== undefined;
  return [
    ...both ? [{ path: [...path, "error"], key: true, message: "unexpected error beside answer: expect one" }] : [],
    ...answer === undefined ? [] : checkExpected(answer as Value, [...path, "answer"]),
    ...isMap(error as Value ?? null) ? checkExpected(error as Value, [...path, "error"]) : [],
    ...Object.entries(calls).flatMap(([node, call]) =>
      typeof call === "number" || call.with?.payload === undefined
        ? []
        : checkExpected(call.with.payload as Value, [...path, "calls", node, "with", "payload"])
    ),
    ...log.flatMap(({ match }, index) =>
      match === undefined ? [] : checkPattern(match, [...path, "log", index, "match"])
    ),
  ];
}
