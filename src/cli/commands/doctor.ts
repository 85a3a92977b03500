import { Database } from "@db/sqlite";
import { stripTypeScriptTypes } from "node:module";
import { asError } from "../../value/mod.ts";
import type { Command } from "../options/command.ts";
import { outputFlag, printData } from "../output/output.ts";

/** Something that Weft counts on. */
export interface Fact {
  /** What holds. */
  name: string;
  /** Answers what was seen. @throws {Error} If it does not hold. */
  check(): string | Promise<string>;
}

/** The release of Deno that Weft is made for; the ones after it may differ. */
const TESTED = "2.9.6";

const FACTS: readonly Fact[] = [
  { name: `Deno is 2.9 or later (tested with ${TESTED})`, check: checkVersion },
  { name: "a thread of a worker without permissions has none", check: () => onThread("permissions") },
  { name: "a thread in a loop that holds a lock is killed at once", check: () => onThread("loop") },
  { name: "so is one in a regular expression that runs away", check: () => onThread("regexp") },
  { name: "a thread that fills its memory ends alone", check: () => onThread("memory") },
  { name: "a script with a timeout ends loops, microtasks, expressions", check: () => onThread("timeouts") },
  { name: "a realm takes no code from strings", check: () => onThread("realm") },
  { name: "a thread can refuse every further import", check: () => onThread("imports") },
  { name: "a loose rejection does not end a thread", check: () => onThread("rejection") },
  { name: "a thread sleeps and reads its port without the loop", check: wakeThread },
  { name: "a thread knows its own processor time", check: () => onThread("usage") },
  { name: "SQLite is built in", check: checkSqlite },
  { name: "TypeScript is stripped in place", check: checkTypeScript },
];

/** The command that checks these facts. */
export function doctorOf(facts: readonly Fact[]): Command {
  return {
    usage: "[FLAGS]",
    about:
      `Checks on the Deno that runs it what Weft's safety and its speed count on, a line each. What fails says what was
seen instead; the exit code is 1 then.`,
    flags: [outputFlag("text")],
    examples: [
      ["weft doctor", "see whether this Deno will do"],
      ["weft doctor -o json", "the same for a script"],
    ],
    async run(given, _, terminal) {
      const results: { fact: string; holds: boolean; saw: string }[] = [];
      for (const { name, check } of facts) {
        const result = await Promise.resolve().then(check).then(
          (saw) => ({ fact: name, holds: true, saw }),
          (thrown) => ({ fact: name, holds: false, saw: asError(thrown).message }),
        );
        results.push(result);
        if (given.output === undefined || given.output === "text") {
          terminal.print(`${result.holds ? "pass" : "FAIL"}  ${name}: ${result.saw}`);
        }
      }
      printData(given, terminal, results);
      return results.every(({ holds }) => holds) ? 0 : 1;
    },
  };
}

/** `weft doctor` */
export const doctor: Command = doctorOf(FACTS);

function checkVersion(): string {
  const { deno } = Deno.version;
  const [major = 0, minor = 0] = deno.split(".").map(Number);
  if (major < 2 || (major === 2 && minor < 9)) throw new Error(`it is ${deno}`);
  return deno;
}

function checkSqlite(): string {
  const database = new Database(":memory:");
  try {
    const [version] = database.prepare("select sqlite_version()").value<[string]>() ?? [];
    if (version === undefined) throw new Error("it does not tell its version");
    return version;
  } finally {
    database.close();
  }
}

function checkTypeScript(): string {
  const source = "const a: number = 1;";
  const stripped = stripTypeScriptTypes(source);
  if (stripped.length !== source.length || stripped.includes("number")) throw new Error(JSON.stringify(stripped));
  return "lines and columns stay";
}

interface Said {
  begun?: boolean;
  saw?: string;
  failed?: string;
}

/**
 * Has something done on a thread where executors live: in a worker that may read its own source and nothing else.
 *
 * @param begun Told that it has begun, where it says so.
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
    const answer = await new Promise<Said>((resolve, reject) => {
      warden.onmessage = ({ data }: MessageEvent<Said>) => data.begun === true ? begun() : resolve(data);
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

/** Posts to a thread that sleeps, wakes it, and waits for its answer: the port goes past the worker in between. */
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
