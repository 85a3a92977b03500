import type { Path } from "../../spec/mod.ts";
import { type Answer, isError, isMap, NONE, type Value } from "../../value/mod.ts";
import type { TestWorkflow } from "../workflow.ts";
import { times } from "./case_mocks.ts";
import { diffOf } from "./diff.ts";
import { errorFields, type Mismatch, mismatches } from "./matcher.ts";
import type { TestFailure } from "./results.ts";
import { plain, summary } from "./show_value.ts";
import { type Snapshots, textOf } from "./snapshots.ts";
import type { Expectation, TestFile } from "./test_file.ts";

/** What was seen of a test. */
export interface Observed {
  readonly workflow: TestWorkflow;
  /** What the step was answered with; broken if it could not be sent. */
  readonly outcome: { readonly answer: Answer; readonly isBroken?: boolean };
  /** How much time has passed by the clock of the test, in milliseconds. */
  readonly passed: number;
  /** The name of the test. */
  readonly name: string;
  readonly snapshots: Snapshots;
}

/** How many differences of a value are told. */
const MOST = 5;

/** Returns what does not hold of an expectation. */
export async function unmet(
  expected: Expectation,
  path: Path,
  seen: Observed,
  file: TestFile,
): Promise<TestFailure[]> {
  const failures: TestFailure[] = [];
  const fail = (at: Path, message: string, diff?: readonly string[]) =>
    void failures.push({ message, position: file.position([...path, ...at]), ...diff !== undefined && { diff } });
  const compare = (at: Path, found: readonly Mismatch[]) => {
    for (const mismatch of found.slice(0, MOST)) fail([...at, ...mismatch.path], `${mismatch.at}: ${mismatch.message}`);
    if (found.length > MOST) fail(at, `${found.length - MOST} more differences`);
  };
  const { answer } = seen.outcome;
  const value = answer === NONE ? undefined : answer as Value;
  if (expected.answer !== undefined) {
    const wanted = expected.answer as Value;
    const found = mismatches(wanted, value, "answer");
    compare(["answer"], found);
    // a list or a map as a whole is easier to read as a diff
    const whole = isMap(wanted) && Object.keys(wanted).join() === "exactly" ? wanted.exactly! : undefined;
    if (found.length > 0 && whole !== undefined && typeof whole === "object") {
      fail(["answer"], "the difference", diffOf(textOf(plain(whole)), textOf(plain(value ?? null))));
    }
  }
  if (expected.error !== undefined) compare(["error"], errorMismatches(expected.error as Value, answer));
  for (const [node, calls] of Object.entries(expected.calls ?? {})) compareCalls(node, calls, seen, fail);
  if (expected.path !== undefined) comparePath(expected.path, seen.workflow.path, fail);
  for (const [index, line] of (expected.log ?? []).entries()) {
    const isFound = seen.workflow.log.some(({ level, message, node }) =>
      (line.level === undefined || line.level === level) &&
      (line.node === undefined || line.node === node) &&
      (line.contains === undefined || message.includes(line.contains)) &&
      (line.match === undefined || new RegExp(line.match, "su").test(message))
    );
    if (isFound) continue;
    const lines = seen.workflow.log.map(({ level, message, node }) => `${level} ${node ?? ""}: ${message}`);
    fail(["log", index], `no such line in the log`, lines.slice(-MOST));
  }
  if (expected.clock !== undefined) compareClock(expected.clock, seen.passed, fail);
  if (expected.snapshot !== undefined) await compareSnapshot(expected.snapshot, seen, fail);
  return failures;
}

type Fail = (at: Path, message: string, diff?: readonly string[]) => void;

function errorMismatches(expected: Value, answer: Answer): Mismatch[] {
  if (!isError(answer)) {
    return [{ path: [], at: "error", message: `expected an error, got ${summary(answer)}` }];
  }
  if (expected === true) return [];
  return mismatches(expected, isMap(expected) ? errorFields(answer) : answer, "error");
}

function compareCalls(node: string, expected: NonNullable<Expectation["calls"]>[string], seen: Observed, fail: Fail) {
  const wanted = typeof expected === "number" ? { times: expected } : expected;
  const calls = seen.workflow.received.flatMap(({ to, payload }) => {
    const at = to.lastIndexOf(".");
    return to.slice(0, at) === node ? [{ port: to.slice(at + 1), payload }] : [];
  });
  if (calls.length === 0) {
    try {
      seen.workflow.fieldsOf(node);
    } catch (thrown) {
      return fail(["calls", node], (thrown as Error).message);
    }
  }
  if (!("with" in wanted) || wanted.with === undefined) {
    if (wanted.times === undefined ? calls.length > 0 : calls.length === wanted.times) return;
    const text = wanted.times === undefined ? "at least once" : times(wanted.times);
    return fail(["calls", node], `expected ${node} to be called ${text}, but it was called ${times(calls.length)}`);
  }
  const { payload, port } = wanted.with;
  const differences = calls.map((call) => [
    ...port === undefined ? [] : mismatches(port, call.port, "port", ["port"]),
    ...payload === undefined ? [] : mismatches(payload as Value, call.payload, "payload", ["payload"]),
  ]);
  const count = differences.filter((found) => found.length === 0).length;
  if (wanted.times === undefined ? count > 0 : count === wanted.times) return;
  const text = wanted.times === undefined ? "at least once" : times(wanted.times);
  const was = `${count === 0 ? "" : `${times(count)} of `}${times(calls.length)}`;
  fail(
    ["calls", node, "with"],
    `expected ${node} to be called ${text} with what matches, but it was called ${was}`,
    differences.flatMap((found, index) =>
      found.slice(0, 1).map(({ at, message }) => `call ${index + 1}: ${at}: ${message}`)
    ).slice(0, MOST),
  );
}

function comparePath(expected: readonly string[], actual: readonly string[], fail: Fail): void {
  let at = 0;
  for (const [index, step] of expected.entries()) {
    const found = actual.findIndex((port, index) => index >= at && (port === step || port.startsWith(`${step}.`)));
    if (found < 0) {
      const behind = index === 0 ? "" : ` behind ${expected[index - 1]}`;
      return fail(["path", index], `expected a packet to come to ${step}${behind}; none did`);
    }
    at = found + 1;
  }
}

function compareClock(expected: NonNullable<Expectation["clock"]>, passed: number, fail: Fail): void {
  const { atLeast = 0, atMost = Infinity } = typeof expected === "number"
    ? { atLeast: expected, atMost: expected }
    : expected;
  if (passed >= atLeast && passed <= atMost) return;
  const wanted = atLeast === atMost
    ? `${atLeast} ms`
    : atMost === Infinity
    ? `at least ${atLeast} ms`
    : `${atLeast} to ${atMost} ms`;
  fail(["clock"], `expected ${wanted} to pass, but ${passed} ms have passed`);
}

async function compareSnapshot(name: true | string, seen: Observed, fail: Fail): Promise<void> {
  const { snapshots, outcome: { answer } } = seen;
  const key = name === true ? seen.name : name;
  const value = answer === NONE ? null : plain(answer as Value);
  const known = await snapshots.get(key, value);
  if (known === undefined) {
    return fail(["snapshot"], `no snapshot ${JSON.stringify(key)} in ${snapshots.path}; weft test --update writes it`);
  }
  const now = textOf(value);
  if (known !== now) {
    fail(["snapshot"], `the answer differs from ${snapshots.path}; weft test --update accepts it`, diffOf(known, now));
  }
}
