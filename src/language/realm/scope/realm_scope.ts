import type { LogLevel } from "../../../value/mod.ts";
import type { Platform } from "../platform.ts";
import type { Tags } from "../tags.ts";

/**
 * What the parts of a realm share. A part is a function whose source text runs inside the realm, so it may refer to its
 * parameter and the language's own globals only. Each part uses what earlier parts have set here and adds its own; code
 * that runs in the realm later cannot reach this object.
 */
export interface RealmScope {
  /** Defines a global of the realm. */
  expose(name: string, value: unknown): void;

  /** Set by `transfer`: the tags of the transfer. */
  readonly tags: Tags;
  /** Set by `transfer`: the cells of the value that is crossing the border. */
  readonly transfer: unknown[];
  /** Set by `transfer`: sets a field of a map, `__proto__` included. */
  setField<T>(map: Record<string, T>, key: string, value: T): void;

  /** Set by `ask`: takes what answers for the engine's platform. */
  connect(platform: Platform): void;
  /** Set by `ask`: asks the engine's platform; see there for the questions. The bytes are copied. */
  ask(question: string, text: string, bytes?: Uint8Array): string | undefined;

  /** Set by `bytes`: returns the bytes of a buffer or view, not copied. */
  bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer>;
  /** Set by `bytes`: returns the name of a view's built-in type. */
  typeOfView(view: ArrayBufferView): string;
  /** Set by `bytes`: returns the number of items of a typed array. */
  lengthOfArray(array: ArrayBufferView): number;

  /** Set by `errors`: the language's subclasses of Error that take only a message, by name. */
  errorTypes: ReadonlyMap<unknown, ErrorConstructor>;
  /** Set by `errors`: creates a DOMException. */
  webError(message: string, name: string): Error;

  /** Set by `utf8`: encodes a string; lone surrogates become U+FFFD. */
  encodeUtf8(text: string): Uint8Array<ArrayBuffer>;
  /**
   * Set by `utf8`: decodes bytes.
   *
   * @param fatal Whether invalid UTF-8 throws a TypeError instead of becoming U+FFFD.
   */
  decodeUtf8(bytes: Uint8Array, fatal: boolean): string;
  /** Set by `utf8`: returns the string of the first `length` code units. */
  textOfUnits(units: Uint16Array, length: number): string;

  /** Set by `percentEncoding`: encodes a code point unless it matches the allowed ones. */
  percentEncode(char: string, allowed: RegExp): string;
  /** Set by `percentEncoding`: decodes a string. Invalid escapes stay, invalid UTF-8 becomes U+FFFD. */
  percentDecode(text: string): string;
  /** Set by `form`: parses `application/x-www-form-urlencoded` into names and values, in order. */
  parseForm(text: string): [name: string, value: string][];
  /** Set by `form`: serializes names and values as `application/x-www-form-urlencoded`. */
  writeForm(pairs: readonly (readonly [name: string, value: string])[]): string;

  /** Set by `domain`: returns the ASCII form of a domain, undefined if it is invalid. */
  domainToAscii(domain: string): string | undefined;
  /** Set by `urlHost`: returns a host in the form that a URL shows, undefined if it is invalid. */
  parseHost(text: string, special: boolean): string | undefined;
  /** Set by `urlParser`. */
  parseUrl: ParseUrl;
  /** Set by `urlSearchParams`: creates parameters that report each change. */
  searchParams(list: [string, string][], changed: (text: string) => void): URLSearchParams;
  /** Set by `urlSearchParams`: replaces the list of parameters that `searchParams` created. */
  refillSearchParams(params: URLSearchParams, list: [string, string][]): void;

  /** Set by `structuredClone`: copies a value. */
  cloneValue(value: unknown): unknown;

  /** Set by `chacha20`: returns 64 bytes of the key stream. @param key 8 words. @param nonce 3 words. */
  chachaBlock(key: Uint32Array, counter: number, nonce: Uint32Array): Uint8Array<ArrayBuffer>;
  /** Set by `chacha20`: restarts the random numbers. @param seed 32 bytes. */
  seedRandom(seed: Uint8Array): void;
  /** Set by `chacha20`: fills bytes with random numbers. */
  fillRandom(bytes: Uint8Array): void;

  /** Set by `globals`: creates a global object for a snippet, which inherits from the frozen one. */
  createGlobal(): object;
  /**
   * Set by `globals`: lets an object take a field that a frozen prototype of it holds as data, which would forbid an
   * assignment.
   *
   * @param key Default `Symbol.iterator`.
   * @returns The object.
   */
  settable(object: unknown, key?: string): unknown;

  /** Set by `harden`: freezes everything that a snippet can reach. */
  harden(): void;
  /** Set by `harden`: the objects and functions that all snippets share. */
  builtIns: ReadonlySet<object>;
  /** Set by `harden`: reports whether a getter stands for a built-in field that may be overridden. */
  isOverrideGetter(getter: object): boolean;

  /** Set by `inspect`: formats a value for a person. */
  inspect(value: unknown): string;

  /** Set by `console`: what was written since `clearLines`, level and text alternately. */
  readonly lines: string[];
  /** Set by `console`: removes what was written. */
  clearLines(): void;

  /** Set by `fieldDecoders`: decodes the raw string of a lazy field. @throws {Error} If it is invalid. */
  decodeField(decoder: string, source: string | string[]): unknown;

  /** Set by `streamToken`: creates a token that stands for a stream during one call. */
  streamToken(call: number, ticket: number): object;
  /** Set by `streamToken`: returns the ticket of a token, -1 if it is of another call, undefined for other objects. */
  ticketOfToken(value: object, call: number): number | undefined;

  /** Set by `lazyMap`: creates a map some of whose fields are decoded when they are first read. */
  lazyMap(fields: Record<string, unknown>, unread: UnreadField[]): object;
  /** Set by `lazyMap`: returns the lazy maps of this call. */
  lazyMaps(): object;
  /** Set by `lazyMap`: sets the lazy maps of this call. */
  setLazyMaps(maps: object): void;
  /** Set by `lazyMap`: forgets the lazy maps of the previous call. */
  forgetLazyMaps(): void;
  /** Set by `lazyMap`: returns a lazy map of this call with its index in order of creation, undefined for other objects. */
  findLazyMap(
    value: object,
  ): { index: number; fields: Record<string, unknown>; unread: readonly UnreadField[] } | undefined;

  /** Set by `errorFields`: returns an error's own fields, shortened. */
  errorFields(error: Error): ErrorFields;
  /** Set by `errorFields`: returns the fields of the error that represents a thrown value of another type. */
  thrownFields(thrown: unknown): ErrorFields;
  /** Set by `errorFields`: returns the string that represents a cause which is not an error. */
  causeText(cause: unknown): string;
  /** Set by `errorFields`: formats the first steps of a path as ` at body.items[3].fn`; empty if there are none. */
  formatPath(path: readonly (string | number)[], depth: number): string;

  /** Set by `decoder`: builds the value in the transfer. @param call Number of the call. */
  decodeValue(call: number): unknown;
  /** Set by `decoder`: returns the index of an error that this call has received, -1 for other errors. */
  indexOfReceivedError(error: object): number;
  /** Set by `decoder`: returns what is remembered of the argument of this call, until its answer is written. */
  argumentState(): ArgumentState;
  /** Set by `decoder`: sets what is remembered of the argument of this call. */
  setArgumentState(state: ArgumentState): void;
  /** Set by `decoder`: forgets the errors of the previous call. */
  forgetReceivedErrors(): void;
  /** Set by `encoder`: puts a value in the transfer. @throws {Error} If it cannot be a payload; the message says where. */
  encodeValue(value: unknown, call: number): void;
  /** Set by `encoder`: puts a thrown value in the transfer, as an error. Never throws. */
  encodeThrown(thrown: unknown, call: number): void;

  /** Set by `calls`: returns the number of the call that runs. */
  currentCall(): number;

  /** Set by `timers`: returns the milliseconds until a call's next timer is due; -1 if it has none. */
  timerDelay(call: number): number;
  /** Set by `timers`: runs a call's next timer, if one is due. @returns Whether one was. @throws {unknown} What it throws. */
  runTimer(call: number): boolean;
  /** Set by `timers`: removes the timers of a call. */
  dropTimers(call: number): void;

  /** Set by `requests`: asks the engine for work that takes time. @param bytes Copies, which nobody changes. */
  request(text: string, bytes: readonly Uint8Array[]): Promise<{ text: string; bytes: readonly Uint8Array[] }>;
  /** Set by `requests`: see `RealmBridge`. */
  requests: unknown[];
  /** Set by `requests`: see `RealmBridge`. */
  answerRequest: RealmBridge["answerRequest"];
  /** Set by `requests`: removes the requests of a call. */
  dropRequests(call: number): void;

  /** Set by `sizeGuards`: replaces built-ins by functions that look the same. */
  replaceMethods(holder: object, methods: Record<string | symbol, (...args: never[]) => unknown>): void;

  /** Set by `cryptoKeys`: `crypto.subtle`. */
  subtle: object;

  /** See `RealmBridge`. */
  readonly flags: Int32Array;
  /** Set by `calls`. */
  readonly bridge: RealmBridge;
}

/** What is remembered of the argument of a call. */
export interface ArgumentState {
  readonly received: WeakMap<object, number> | undefined;
  readonly maps: object;
}

/** The fields of an error that are strings. */
export interface ErrorFields {
  name: string;
  message: string;
  code: string | undefined;
  stack: string;
}

/** A field of a lazy map that has not been read yet. */
export interface UnreadField {
  name: string;
  /** Decodes the field. @throws {Error} If it is invalid. */
  read: () => unknown;
}

/**
 * The engine's access to a realm. The engine passes in only strings, numbers, symbols, what the realm itself made, and one
 * function, the platform's, which only the realm's own code can reach.
 */
export interface RealmBridge {
  readonly tags: Tags;
  readonly transfer: unknown[];
  /** Lines written by the current call, level and text alternately. */
  readonly lines: readonly (LogLevel | string)[];
  /**
   * 0: whether lines were written; 1: whether the code has touched something that can queue microtasks; 2: whether the
   * call that runs has timers or requests (1), whether a call that waits has settled (2).
   */
  readonly flags: Int32Array;
  clearLines(): void;
  /** Takes what answers for the engine's platform. */
  connect(platform: Platform): void;
  /** Seeds the realm's random numbers. @param seed 32 bytes allocated by the realm. */
  seedRandom(seed: Uint8Array): void;
  /** Returns new bytes of the realm. */
  allocate(length: number): Uint8Array<ArrayBuffer>;
  /**
   * Runs a module's top level.
   *
   * @param globals Names of the globals that it takes as parameters, separated by commas.
   * @param global Where they are found. Default a new global object.
   * @param hasEnv Whether its last parameter is the value in the transfer, which is frozen.
   * @returns The function that it exports, otherwise a tag.
   */
  start(body: unknown, commonJs: boolean, globals: string, global: unknown, hasEnv: boolean): unknown;
  /** Creates a global object, which inherits from the frozen one. */
  createGlobal(): object;
  /** Reports whether the realm has a global of that name. */
  hasGlobal(name: string): boolean;
  /** Runs a call until it returns or waits. Returns a primitive value or a tag. */
  call(exported: unknown, argument: unknown, transferred: boolean): unknown;
  /** Returns the outcome of the call that runs, `PENDING` as long as it waits. */
  outcome(): unknown;
  /** The number of the call that runs. */
  readonly number: number;
  /**
   * Requests that the engine has not fetched, one after another: number, text, how many bytes, the bytes. It is empty while
   * no code runs, and then takes the bytes of an answer.
   */
  readonly requests: unknown[];
  /** Lets the call that runs wait, while others run. @returns The milliseconds until its next timer is due; -1 if it has none. */
  suspend(): number;
  /** Goes on with a call that waits. */
  resume(number: number): void;
  /** Runs the next timer of the call that runs, if one is due. @returns Whether one was. */
  runTimer(): boolean;
  /** Returns the numbers of the calls that wait and have settled, separated by commas. */
  settled(): string;
  /**
   * Gives the answer to a request of the call that runs. Its bytes are in `requests`.
   *
   * @param errorName Set if it failed; the text is the message then.
   */
  answerRequest(id: number, text: string, errorName?: string): void;
  /** Ends a call: what it has left pending never runs. Default: the call that runs. */
  drop(number?: number): void;
}

/** A URL in its parts. */
export interface UrlRecord {
  scheme: string;
  username: string;
  password: string;
  host: string | null;
  port: number | null;
  /** A list of segments, or an opaque string. */
  path: string[] | string;
  query: string | null;
  fragment: string | null;
}

/** Functions that parse and serialize URLs and their parts. */
export interface ParseUrl {
  /** Returns undefined for an invalid URL. */
  read(text: string, base?: UrlRecord): UrlRecord | undefined;
  write(url: UrlRecord): string;
  writePath(url: UrlRecord): string;
  /** Reports whether the scheme is special in the URL Standard, as http is. */
  isSpecial(url: UrlRecord): boolean;
  /** Appends the segments of a path. */
  readPath(url: UrlRecord, text: string): void;
  splitPort(text: string): [host: string, port: string | undefined];
  /** Returns false if the port is invalid. */
  setPort(url: UrlRecord, digits: string): boolean;
  encodeUserinfo(text: string): string;
  encodeQuery(url: UrlRecord, text: string): string;
  encodeFragment(text: string): string;
}
