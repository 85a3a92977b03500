/** A request that carries an attack. */
export interface AttackRequest {
  /** Default `GET`, or `POST` with a body. */
  method?: string;
  /** What follows the path of the attack: a query, more of the path. */
  path?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** How often it is sent, at the same time. Default once. */
  times?: number;
  /** How often it is sent, one after the other, for at most three seconds. Default once. */
  repeats?: number;
  /** The client leaves after so many milliseconds. */
  leaves?: number;
}

/**
 * Bytes that are written to a connection as they are: `{path}` stands for the path of the attack.
 *
 * What a raw attack gets for an answer is not looked at, as it may be a connection that is closed.
 */
export interface RawRequest {
  /** What is written, one after the other. */
  raw: readonly (string | Uint8Array)[];
  /** How many connections do so at the same time. Default one. */
  connections?: number;
  /** How long the connection stays open after that, in milliseconds. Default 500. */
  open?: number;
}

/** One attempt to end, freeze or starve the engine. */
export interface Attack {
  /** Unique. */
  name: string;
  /** What the default export of a snippet in JavaScript does, as statements; the request is `request`. */
  run?: string;
  /** The same, in an async function. */
  runAsync?: string;
  /** The code of a snippet, in place of `run`. */
  code?: string;
  /** The language of the code. Default `javascript`. */
  language?: string;
  /** More fields of the snippet. */
  fields?: Record<string, unknown>;
  /** Nodes in the place of a snippet; the path leads to the first. */
  specs?: readonly Record<string, unknown>[];
  /** Whether the engine gets it as a new version while it runs, because loading it is the attack. */
  applied?: "rejected" | "either";
  request?: AttackRequest | RawRequest;
}

/** What an attack may do, because Weft cannot prevent it. */
export interface Known {
  /**
   * `dies`: ends the program of the engine. `holds`: keeps a processor busy after it was answered. `memory`: gives its
   * memory back later. `slow`: others wait longer for an answer.
   */
  may: readonly ("dies" | "holds" | "memory" | "slow")[];
  /** Why it cannot be prevented. */
  why: string;
}
