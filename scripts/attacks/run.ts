import { type Attack, NATIVE_CALL, NATIVE_CALLS } from "../../tests/attacks/mod.ts";
import { Bystanders } from "./bystanders.ts";
import { Engine, freePort, wait } from "./engine.ts";
import { type Outcome, send } from "./send.ts";
import { type Loading, type Ports, specsOf } from "./specs.ts";

/** Options of a run. */
export interface RunOptions {
  attacks: readonly Attack[];
  isolation: "thread" | "process";
  /** Further flags of `weft start`. */
  args?: readonly string[];
  /** How slow an answer to a bystander may be, in milliseconds. */
  slowest: number;
  /** When to begin no further attack, by `performance.now()`. */
  deadline?: number;
  /** The time limit of the snippets of attacks, in milliseconds. Default: that of snippets, 1,000. */
  limit?: number;
  /** How many clients ask for something good. Default 50. */
  clients?: number;
  /** Receives each record as soon as it is complete. */
  onRecord?(record: AttackRecord): void;
}

/** What an attack did. */
export interface AttackRecord extends Outcome {
  readonly attack: Attack;
  /** How the engine ended, and what it wrote last. */
  died?: { how: string; lines: string };
  /** The bystanders' answers: all, those that failed by what was answered, and those whose executor was lost. */
  good: { count: number; failed: Record<string, number>; lost: number; slowest: number };
  /** Why executors ended, in the words of the log. */
  deaths: readonly string[];
  /** Resident memory in MiB: before, at most, and when it was back or the time for that was over. */
  memory: { before: number; most: number; after: number };
  /** How long it took, in milliseconds. */
  took: number;
  /** What failed, in words, and what of that Weft cannot prevent. */
  failures: Failure[];
}

/** What failed. */
export interface Failure {
  what: "dies" | "holds" | "memory" | "slow" | "bystander" | "answer";
  text: string;
  /** Whether docs/security.md names it as what cannot be prevented. */
  known: boolean;
}

/** How long resident memory may take to be back, in milliseconds, and how much more than at the start it may be then. */
export const MEMORY_TIME = 3_000;
export const MEMORY_MORE = 400 * 2 ** 20;
/** How long the engine is watched after an attack at least, in milliseconds. */
const AFTER = 200;
/** Whether a processor is still busy is looked at if an answer took longer, in milliseconds. */
const HELD_TIME = 800;
const MEBIBYTE = 2 ** 20;

/** Runs one attack after another on an engine of its own, beside bystanders. */
export async function runAttacks(options: RunOptions): Promise<AttackRecord[]> {
  const { attacks, deadline = Infinity } = options;
  const ports: Ports = {
    good: freePort(),
    web: freePort(),
    control: freePort(),
    applied: freePort(),
    admin: freePort(),
  };
  const { isolation, args = [] } = options;
  const loading: Loading = { ports, limit: options.limit };
  const start = () => Engine.start({ specs: specsOf(attacks, loading), adminPort: ports.admin, isolation, args });
  const records: AttackRecord[] = [];
  let engine = await start();
  await using bystanders = new Bystanders(ports.good, options.clients);
  try {
    await wait(1_000);
    let baseline = engine.resident();
    for (const [index, attack] of attacks.entries()) {
      if (performance.now() > deadline) break;
      const record = await runAttack({ ...options, attack, index, engine, bystanders, loading, baseline });
      records.push(record);
      options.onRecord?.(record);
      if (!record.failures.some(({ what }) => what === "dies" || what === "memory" || what === "holds")) continue;
      // what is left of this attack is no fault of the next
      bystanders.paused = true;
      await engine[Symbol.asyncDispose]();
      engine = await start();
      bystanders.paused = false;
      await wait(500);
      baseline = Math.max(baseline, engine.resident());
    }
  } finally {
    await engine[Symbol.asyncDispose]();
  }
  return records;
}

interface Scene extends RunOptions {
  attack: Attack;
  index: number;
  engine: Engine;
  bystanders: Bystanders;
  loading: Loading;
  /** Resident memory at the start. */
  baseline: number;
}

async function runAttack(scene: Scene): Promise<AttackRecord> {
  const { attack, index, engine, bystanders, loading, baseline } = scene;
  await engine.settle(10_000);
  bystanders.forget();
  engine.takeDeaths();
  const before = engine.resident();
  let most = before;
  const sampler = setInterval(() => most = Math.max(most, engine.resident()), 100);
  const began = performance.now();
  const outcome = await send(attack, index, loading);
  const answered = performance.now();
  const allowed = Math.max(baseline, Math.min(before, baseline + MEMORY_MORE / 2)) + MEMORY_MORE;
  let after: number;
  for (;;) {
    await wait(AFTER / 4);
    const now = performance.now();
    after = engine.resident();
    if (now - answered < AFTER && engine.ended === undefined) continue;
    const open = bystanders.open(answered).length > 0;
    if (engine.ended !== undefined || now - answered > MEMORY_TIME && (!open || now - answered > 20_000)) break;
    if (after <= allowed && !open) break;
  }
  clearInterval(sampler);
  const held = outcome.slowest > HELD_TIME && engine.ended === undefined && await engine.isHeld();
  const good = judge(bystanders);
  const mib = (bytes: number) => Math.round(bytes / MEBIBYTE);
  const record: AttackRecord = {
    ...outcome,
    attack,
    good,
    deaths: engine.takeDeaths(),
    memory: { before: mib(before), most: mib(most), after: mib(after) },
    took: performance.now() - began,
    failures: [],
  };
  if (engine.ended !== undefined) record.died = { how: engine.ended, lines: engine.lastLines() };
  record.failures = failuresOf(record, scene, after > allowed, held);
  return record;
}

function judge({ requests }: Bystanders): AttackRecord["good"] {
  const failed: Record<string, number> = {};
  let lost = 0;
  let slowest = 0;
  const now = performance.now();
  for (const { began, ended, problem, lost: wasLost } of requests) {
    slowest = Math.max(slowest, (ended || now) - began);
    if (wasLost) lost++;
    else if (problem !== undefined) failed[problem] = (failed[problem] ?? 0) + 1;
  }
  return { count: requests.length, failed, lost, slowest: Math.round(slowest) };
}

function failuresOf(
  record: AttackRecord,
  { attack, isolation, slowest }: Scene,
  full: boolean,
  held: boolean,
): Failure[] {
  const { good, memory, died, problem } = record;
  const may = isolation === "thread" && NATIVE_CALLS.has(attack.name) ? NATIVE_CALL.may : [];
  const failures: Failure[] = [];
  const add = (what: Failure["what"], text: string) => {
    failures.push({ what, text, known: (may as readonly string[]).includes(what) });
  };
  if (died !== undefined) {
    add("dies", `the engine ended: ${died.how}`);
    return failures; // whatever else there was is a consequence
  }
  if (problem !== undefined) add("answer", problem);
  for (const [what, count] of Object.entries(good.failed)) add("bystander", `${count} good requests: ${what}`);
  if (good.lost > 0) add("bystander", `${good.lost} good requests: executor lost`);
  if (good.slowest > slowest) add("slow", `a good answer took ${good.slowest} ms`);
  if (held) add("holds", "a processor is still busy with it");
  if (full) add("memory", `${memory.after} MiB resident after ${MEMORY_TIME} ms, ${memory.before} before`);
  return failures;
}
