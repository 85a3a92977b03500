import type { RealmScope } from "./realm_scope.ts";

/** Asks the engine for work that takes time. The answer comes while the call waits, or never. */
export function requests(scope: RealmScope): void {
  type Answer = { text: string; bytes: readonly Uint8Array[] };

  interface Open {
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: Error) => void;
  }

  /** How many operations of `crypto.subtle` a call may have under way. */
  const MAX_REQUESTS = 10_000;
  const open = new Map<number, Open>();
  /** The numbers of the requests of each call. */
  const ofCall = new Map<number, Set<number>>();
  const { flags } = scope;
  let last = 0;

  scope.requests = [];

  scope.request = (text, bytes) =>
    new Promise((resolve, reject) => {
      const call = scope.currentCall();
      const own = ofCall.get(call) ?? new Set();
      if (own.size >= MAX_REQUESTS) {
        throw new RangeError(`a call may have at most ${MAX_REQUESTS} operations under way`);
      }
      ofCall.set(call, own.add(++last));
      open.set(last, { resolve, reject });
      scope.requests.push(last, text, bytes.length);
      for (const part of bytes) scope.requests.push(part);
      flags[2]! |= 1;
    });

  scope.answerRequest = (id, text, errorName) => {
    const bytes = scope.requests.splice(0) as Uint8Array[];
    const request = open.get(id);
    if (request === undefined) return;
    open.delete(id);
    ofCall.get(scope.currentCall())?.delete(id);
    if (errorName === undefined) request.resolve({ text, bytes });
    else if (errorName === "TypeError") request.reject(new TypeError(text));
    else request.reject(scope.webError(text, errorName));
  };

  scope.dropRequests = (call) => {
    for (const id of ofCall.get(call) ?? []) open.delete(id);
    ofCall.delete(call);
    scope.requests.length = 0;
  };
}
