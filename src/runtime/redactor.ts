import type { TracedPacket } from "../flow/mod.ts";
import type { Death, Pool } from "../pool/mod.ts";
import { causes, type Failure } from "../value/mod.ts";

/** How long a secret must be, in characters, to be looked for: a shorter one would be found where it is none. */
const SHORTEST = 6;
/** What of a long secret is looked for, with what follows it: messages cut long values. */
const PREFIX = 24;
/** How many forms of secrets are looked for; the oldest are given up first, long after they have changed. */
const MOST = 10_000;

/** What stands in the place of a secret. */
const MASK = "***";

/** Takes the secrets that were read out of what is printed. */
export class Redactor {
  readonly #forms = new Set<string>();
  #pattern: RegExp | undefined;

  /** Adds a secret: from here on it is taken out, also where it is part of JSON or of a URL. */
  add(secret: string): void {
    if (secret.length < SHORTEST) return;
    const before = this.#forms.size;
    const quoted = JSON.stringify(secret).slice(1, -1);
    const ways = [secret, quoted, secret.replaceAll("'", "\\'"), percentEncoded(secret), formEncoded(secret)];
    for (const form of ways) this.#forms.add(form);
    if (this.#forms.size === before) return;
    for (const form of this.#forms) {
      if (this.#forms.size <= MOST) break;
      this.#forms.delete(form);
    }
    this.#pattern = undefined;
  }

  /** Returns a text without the secrets. */
  redact(text: string): string {
    if (this.#forms.size === 0) return text;
    this.#pattern ??= patternOf(this.#forms);
    return text.replace(this.#pattern, MASK);
  }

  /** Takes the secrets out of an error and its causes. @returns The same error. */
  redactError<E extends Error>(error: E): E {
    if (this.#forms.size === 0) return error;
    for (const one of causes(error) as Failure[]) {
      const message = this.redact(one.message);
      if (message === one.message) continue;
      const { stack } = one;
      one.message = message;
      if (stack !== undefined) one.stack = this.redact(stack);
    }
    return error;
  }
}

/** Returns the deaths of a runtime's executors, oldest first, without secrets. */
export function deathsOf({ pool, redactor }: { pool: Pick<Pool, "status">; redactor: Redactor }): Death[] {
  return pool.status().deaths.map((death) => ({ ...death, why: redactor.redact(death.why) }));
}

/** Returns what is told of packets without secrets; undefined if nobody is told. */
export function redactedTrace(
  traced: ((packet: TracedPacket) => void) | undefined,
  redactor: Redactor,
): ((packet: TracedPacket) => void) | undefined {
  return traced && ((packet) => traced({ ...packet, payload: redactor.redact(packet.payload) }));
}

function patternOf(forms: ReadonlySet<string>): RegExp {
  // the longest first: one secret may begin with another
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  const cut = sorted.filter(({ length }) => length > PREFIX).map((form) =>
    `${escaped(form.slice(0, PREFIX))}[^\\s"']*`
  );
  return new RegExp([...sorted.map(escaped), ...cut].join("|"), "g");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function percentEncoded(text: string): string {
  // a lone surrogate cannot be encoded
  return encodeURIComponent(text.toWellFormed());
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
