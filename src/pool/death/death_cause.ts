import type { DeathReason } from "../executor_warden.ts";

/** What a program died of. */
export interface DeathCause {
  reason: DeathReason;
  /** In words, for the log. */
  why: string;
}

/** How a program ended, as the system and its last words tell. */
export interface ProgramEnd {
  /** The exit code; null if it was ended by a signal. */
  code: number | null;
  signal: string | null;
  /** What V8 and Deno have printed. */
  text: string;
}

/** Signals by which a program ends itself, or is ended for what it did. */
const CRASHES = /^SIG(TRAP|ABRT|ILL|SEGV|BUS|FPE|SYS)$/;

/** Returns what a program that nobody here killed has died of. */
export function causeOf({ code, signal, text }: ProgramEnd): DeathCause {
  // the last of such lines: a first one may only say that what follows is harmless to security
  const fatal = [...text.matchAll(/^# Fatal (?:JavaScript )?(.+)$/gm)].at(-1)?.[1];
  const panic = /^thread '.*' .*?panicked at (.+?):?$/m.exec(text)?.[1];
  if (/out of memory/i.test(fatal ?? "")) return { reason: "memory", why: `V8 ended it: ${fatal}` };
  if (fatal !== undefined) return { reason: "abort", why: `V8 ended it: ${fatal}` };
  if (panic !== undefined) return { reason: "abort", why: `Deno ended it: it panicked at ${panic}` };
  if (signal !== null && CRASHES.test(signal)) return { reason: "abort", why: `it crashed with ${signal}` };
  if (signal === "SIGKILL") {
    return { reason: "signal", why: "it was killed with SIGKILL, by somebody or by the system for lack of memory" };
  }
  if (signal !== null) return { reason: "signal", why: `it was ended with ${signal}` };
  const thrown = /^error: (?:Uncaught )?(?:\(in promise\) )?(.+)$/m.exec(text)?.[1];
  return { reason: "crash", why: thrown === undefined ? `it ended with code ${code}` : `${thrown} (code ${code})` };
}
