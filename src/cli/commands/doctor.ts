import { Database } from "@db/sqlite";
import { ThreadCompiler } from "../../compiler/mod.ts";
import { asError } from "../../value/mod.ts";
import type { Command } from "../options/command.ts";
import { outputFlag, printData } from "../output/output.ts";
import { type Fact, Skipped } from "./doctor_fact.ts";
import { PROCESS_FACTS } from "./doctor_process.ts";

export type { Fact };

/** The release of Deno that Weft is tested with. */
const TESTED = "2.9.6";

const FACTS: readonly Fact[] = [
  { name: `Deno is 2.9 or later (tested with ${TESTED})`, check: checkVersion },
  { name: "threads started by a worker without permissions have none", check: () => onThread("permissions") },
  { name: "a thread in an endless loop that holds a lock can be killed", check: () => onThread("loop") },
  { name: "a thread in a runaway regular expression can be killed", check: () => onThread("regexp") },
  { name: "a thread that runs out of memory ends alone", check: () => onThread("memory") },
  { name: "script timeouts end loops, microtasks and regular expressions", check: () => onThread("timeouts") },
  { name: "a realm rejects code generated from strings", check: () => onThread("realm") },
  { name: "a thread can block every further import", check: () => onThread("imports") },
  { name: "an unhandled rejection does not have to end a thread", check: () => onThread("rejection") },
  { name: "a thread can sleep and read its port without its event loop", check: wakeThread },
  { name: "a thread can measure its own CPU time", check: () => onThread("usage") },
  { name: "SQLite is built in", check: checkSqlite },
  { name: "type stripping preserves positions", check: checkTypeScript },
];

/** How text shows whether a fact holds. */
const OUTCOMES = { true: "pass", false: "FAIL", null: "skip" } as const;

/** Returns the command that checks the facts. */
export function doctorOf(facts: readonly Fact[]): Command {
  return {
    usage: "[FLAGS]",
    about:
      `Checks the features of Deno that the security and speed of Weft rely on, one per line. A failed check shows what was
observed instead, and the exit code is 1. A check that needs a permission which weft lacks is skipped: what relies on it
cannot be used either.`,
    flags: [outputFlag("text")],
    examples: [
      ["weft doctor", "check this version of Deno"],
      ["weft doctor -o json", "print the results as JSON"],
    ],
    async run(flags, _, terminal) {
      // `holds` is null for what was not checked
      const results: { fact: string; holds: boolean | null; saw: string }[] = [];
      for (const { name, check } of facts) {
        const result = await Promise.resolve().then(check).then(
          (saw) => ({ fact: name, holds: true, saw }),
          (thrown) => ({ fact: name, holds: thrown instanceof Skipped ? null : false, saw: asError(thrown).message }),
        );
        results.push(result);
        if (flags.output === undefined || flags.output === "text") {
          terminal.print(`${OUTCOMES[`${result.holds}`]}  ${name}: ${result.saw}`);
        }
      }
      printData(flags, terminal, results);
      return results.every(({ holds }) => holds !== false) ? 0 : 1;
    },
  };
}

/** `weft doctor` */
export const doctor: Command = doctorOf([...FACTS, ...PROCESS_FACTS]);

function checkVersion(): string {
  const { deno } = Deno.version;
  const [major = 0, minor = 0] = deno.split(".").map(Number);
  if (major < 2 || (major === 2 && minor < 9)) throw new Error(`found ${deno}`);
  return deno;
}

function checkSqlite(): string {
  const database = new Database(":memory:");
  try {
    const [version] = database.prepare("select sqlite_version()").value<[string]>() ?? [];
    if (version === undefined) throw new Error("sqlite_version() returned nothing");
    return version;
  } finally {
    database.close();
  }
}

async function checkTypeScript(): Promise<string> {
  using compiler = new ThreadCompiler();
  const source = "export default (n: number) => n;";
  const { diagnostics, parsed } = await compiler.parse("typescript", source);
  if (parsed === undefined) throw new Error(diagnostics[0]?.message);
  if (parsed.body.length !== source.length || parsed.body.includes("number")) throw new Error(parsed.body);
  return "lines and columns are unchanged";
}

/** A message of the worker. */
interface DoctorMessage {
  begun?: boolean;
  saw?: string;
  failed?: string;
}

/**
 * Runs a check on a thread like that of an executor: in a worker that may read its own source and nothing else.
 *
 * @param begun Called when the check reports that it has begun.
 * @returns What was observed.
 * @throws {Error} If the check fails.
 */
async function onThread(
  check: string,
  { port, signal, begun = () => {} }: { port?: MessagePort; signal?: SharedArrayBuffer; begun?: () => void } = {},
): Promise<string> {
  const warden = new Worker(new URL("../../../workers/doctor_warden.ts", import.meta.url), {
    type: "module",
    name: "doctor",
    deno: { permissions: { read: [new URL("../../../workers/", import.meta.url)] } },
  } as WorkerOptions);
  try {
    const answer = await new Promise<DoctorMessage>((resolve, reject) => {
      warden.onmessage = ({ data }: MessageEvent<DoctorMessage>) => data.begun === true ? begun() : resolve(data);
      warden.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      warden.postMessage({ check, signal }, port === undefined ? [] : [port]);
    });
    if (answer.failed !== undefined) throw new Error(answer.failed);
    return answer.saw ?? "";
  } finally {
    warden.terminate();
  }
}

/** Posts to a sleeping thread, wakes it, and waits for its answer, which bypasses the worker in between. */
async function wakeThread(): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  const signal = new SharedArrayBuffer(4);
  const answered = new Promise((resolve) => port1.onmessage = resolve);
  const begun = () => {
    port1.postMessage("hello");
    Atomics.store(new Int32Array(signal), 0, 1);
    Atomics.notify(new Int32Array(signal), 0);
  };
  try {
    const saw = await onThread("receive", { port: port2, signal, begun });
    await answered;
    return saw;
  } finally {
    port1.close();
  }
}
