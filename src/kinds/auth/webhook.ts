import { createHmac } from "node:crypto";
import { payloadHeader } from "../../http/mod.ts";
import type { ValueMap } from "../../value/mod.ts";
import { type Identity, InvalidCredentials, isSame, type Method } from "./method.ts";

/** Whose way of signing webhooks is used. */
export type Sender = "github" | "stripe" | "slack";

/** What a request claims: what was signed, when, and the signatures, any of which may be right. */
interface Claim {
  readonly signed: readonly (string | Uint8Array)[];
  /** In seconds since 1970; undefined where the sender signs no time. */
  readonly time?: number;
  readonly signatures: readonly string[];
}

/** Signatures over the body of a webhook, by HMAC-SHA-256. */
export class WebhookMethod implements Method {
  readonly #sender: Sender;
  readonly #secrets: readonly string[];
  readonly #tolerance: number;
  readonly #now: () => number;

  /**
   * @param secrets Any of them may have signed, so that one can be replaced.
   * @param tolerance How far the time of a signature may be off, in milliseconds.
   */
  constructor(sender: Sender, secrets: readonly string[], tolerance: number, now: () => number) {
    this.#sender = sender;
    this.#secrets = secrets;
    this.#tolerance = tolerance;
    this.#now = now;
  }

  challenge(): string {
    return "HMAC-SHA256";
  }

  identify(request: ValueMap): Identity | undefined {
    const { rawBody } = request;
    if (!(rawBody instanceof Uint8Array)) {
      throw new Error(
        "no bytes of the body to check a webhook with: expected a request of a listener with rawBody: true",
      );
    }
    const claim = CLAIMS[this.#sender](request, rawBody);
    if (claim === undefined) return undefined;
    const { signed, time, signatures } = claim;
    if (time !== undefined && !(Math.abs(this.#now() - time * 1_000) <= this.#tolerance)) {
      throw new InvalidCredentials("invalid time of the signature");
    }
    let isRight = false;
    for (const secret of this.#secrets) {
      const hmac = createHmac("sha256", secret);
      for (const part of signed) hmac.update(part);
      const expected = hmac.digest("hex");
      for (const signature of signatures) if (isSame(signature.toLowerCase(), expected)) isRight = true;
    }
    if (!isRight) throw new InvalidCredentials("invalid signature");
    return { method: "webhook", subject: this.#sender };
  }
}

/** How many signatures of a header are looked at. */
const MOST_SIGNATURES = 10;

const CLAIMS: Readonly<Record<Sender, (request: ValueMap, body: Uint8Array) => Claim | undefined>> = {
  github(request, body) {
    const header = payloadHeader(request, "X-Hub-Signature-256");
    return header === undefined ? undefined : { signed: [body], signatures: [after("sha256=", header)] };
  },
  stripe(request, body) {
    const header = payloadHeader(request, "Stripe-Signature");
    if (header === undefined) return undefined;
    const pairs = header.split(",").map((pair) => pair.trim());
    const time = pairs.find((pair) => pair.startsWith("t="))?.slice(2) ?? "";
    const signatures = pairs.filter((pair) => pair.startsWith("v1=")).slice(0, MOST_SIGNATURES);
    return { signed: [`${time}.`, body], time: seconds(time), signatures: signatures.map((pair) => pair.slice(3)) };
  },
  slack(request, body) {
    const header = payloadHeader(request, "X-Slack-Signature");
    if (header === undefined) return undefined;
    const time = payloadHeader(request, "X-Slack-Request-Timestamp") ?? "";
    return { signed: [`v0:${time}:`, body], time: seconds(time), signatures: [after("v0=", header)] };
  },
};

function after(start: string, text: string): string {
  return text.startsWith(start) ? text.slice(start.length) : "";
}

/** Returns a time as a number; `NaN`, which lies within no tolerance, if it is none. */
function seconds(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : NaN;
}
