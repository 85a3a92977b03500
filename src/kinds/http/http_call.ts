import type { Call, Clock, Random } from "@weft/weft/kind";
import { findHeader } from "../../http/mod.ts";
import { asError, type Failure, failure, type ValueMap } from "../../value/mod.ts";
import { clientError } from "../net/client_error.ts";
import { waitAfter } from "../retry_fields.ts";
import { answerOf, answerPayload, discard, type HttpAnswer, readAnswer, streamPayload } from "./http_answer.ts";
import { type HttpClient, type HttpRequest, isStale } from "./http_client.ts";
import { isOneShot, redirected } from "./http_redirect.ts";
import { type HttpRetry, IDEMPOTENT, retryAfter, UNSENT } from "./http_retry.ts";

/** How a node sends its requests. */
export interface HttpCallOptions {
  readonly client: HttpClient;
  /** How long one attempt may take, in milliseconds. */
  readonly timeout: number;
  readonly retry: HttpRetry;
  /** How many redirects are followed. */
  readonly redirects: number;
  readonly maxBody: number;
  readonly stream: boolean;
  readonly decode: boolean;
  /** Reports whether an answer of a status is an error. */
  isError(status: number): boolean;
  /** The names of the headers that are for the origin of the connection alone. */
  readonly own: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}

/** How often a request goes over another connection, because the server had closed the kept one. */
const STALE = 5;

/**
 * Sends a request, again if that is wanted, and follows redirects.
 *
 * @returns The payload of the answer.
 * @throws {Failure} Why there is none, or that its status is an error.
 */
export async function callHttp(request: HttpRequest, call: Call, options: HttpCallOptions): Promise<ValueMap> {
  const { retry, clock, random } = options;
  const isRepeatable = !isOneShot(request);
  for (let attempt = 1;; attempt++) {
    const isLast = attempt >= retry.attempts || !isRepeatable;
    const wait = isLast ? 0 : waitAfter(attempt, retry, random.number());
    let answered: Answered | Failure;
    try {
      answered = await attemptOnce(request, call, options, isLast ? undefined : wait);
    } catch (thrown) {
      answered = asError(thrown);
    }
    if (!(answered instanceof Error) && answered.payload !== undefined) return answered.payload;
    if (answered instanceof Error) {
      if (isLast || call.signal.aborted || !isWorthRepeating(answered, request, retry)) throw answered;
      await clock.sleep(wait, call.signal);
    } else {
      await clock.sleep(answered.wait, call.signal);
    }
  }
}

/** The payload of an answer, or how long to wait before the next attempt. */
type Answered = { readonly payload: ValueMap; readonly wait?: undefined } | {
  readonly payload?: undefined;
  readonly wait: number;
};

function isWorthRepeating({ code = "" }: Failure, { method }: HttpRequest, { on, methods }: HttpRetry): boolean {
  return on.includes(code) && (methods.includes(method) || UNSENT.has(code));
}

/**
 * Sends a request once.
 *
 * @param wait The wait before the next attempt; undefined if there is none.
 */
async function attemptOnce(
  request: HttpRequest,
  call: Call,
  options: HttpCallOptions,
  wait: number | undefined,
): Promise<Answered> {
  const { timeout, retry, maxBody, decode, stream, clock } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const expired = () => controller.abort(failure(`no answer within ${timeout} ms`, { code: "timeout" }));
  const ended = () =>
    controller.abort(failure("the process has ended", { code: "aborted", cause: asError(call.signal.reason) }));
  let timer = setTimeout(expired, timeout);
  // how long a stream takes is up to its source
  const progressed = () => {
    clearTimeout(timer);
    timer = setTimeout(expired, timeout);
  };
  if (call.signal.aborted) ended();
  else call.signal.addEventListener("abort", ended, { once: true });
  const at = { url: request.url };
  try {
    const answer = await follow(request, signal, options, at, progressed);
    const { status, headers } = answer;
    if (wait !== undefined && retry.on.includes(status) && retry.methods.includes(request.method)) {
      const asked = retryAfter(findHeader(headers, "retry-after"), clock.now()) ?? 0;
      // who is to wait for longer than wanted gets the answer
      if (asked <= retry.max) {
        discard(answer);
        return { wait: Math.max(wait, asked) };
      }
    }
    const isError = options.isError(status);
    if (stream && !isError) return { payload: streamPayload(answer) };
    const payload = answerPayload(answer, await readAnswer(answer, maxBody), { decode, maxBody });
    if (!isError) return { payload };
    throw failure(`${nameOf(request.method, at.url)}: the status of the answer is ${status}`, {
      code: "bad_status",
      details: { response: payload },
    });
  } catch (thrown) {
    if (asError(thrown).code === "bad_status") throw thrown;
    throw clientError(nameOf(request.method, at.url), signal.aborted ? signal.reason : thrown);
  } finally {
    clearTimeout(timer);
    call.signal.removeEventListener("abort", ended);
  }
}

/** Sends a request and follows redirects. @param at Where it is at. @param progressed See `HttpClient.send`. */
async function follow(
  first: HttpRequest,
  signal: AbortSignal,
  { client, redirects, own }: HttpCallOptions,
  at: { url: URL },
  progressed: () => void,
): Promise<HttpAnswer> {
  let request = first;
  for (let hop = 0;; hop++) {
    at.url = request.url;
    const answer = answerOf(await sendAgain(client, request, signal, progressed), request.method);
    const next = redirects === 0 ? undefined : redirected(request, answer, own);
    if (next === undefined) return answer;
    discard(answer);
    if (hop === redirects) throw failure(`the server redirects more than ${redirects} times`, { code: "redirect" });
    request = next;
  }
}

/** Sends a request, over another connection if the server had closed the kept one before it got the request. */
async function sendAgain(client: HttpClient, request: HttpRequest, signal: AbortSignal, progressed: () => void) {
  const isRepeatable = IDEMPOTENT.includes(request.method) && !isOneShot(request);
  for (let tries = 1;; tries++) {
    try {
      return await client.send(request, signal, progressed);
    } catch (error) {
      if (!isRepeatable || tries === STALE || !isStale(error)) throw error;
    }
  }
}

/** Returns how messages name a request: without its parameters, which may be secrets. */
function nameOf(method: string, { origin, pathname }: URL): string {
  return `${method} ${origin}${pathname}`;
}
