import type { LogLevel } from "../../../value/mod.ts";
import type { Tags } from "../tags.ts";

/**
 * What the parts of a realm share. Each part is a function whose source text is run inside the realm, so it refers to
 * nothing but its parameter and the language's own globals; each takes what earlier parts have put here and adds its
 * own. Nothing that runs in the realm later can reach it.
 */
export interface RealmScope {
  /** Makes a value a global of the realm, to be found there by everyone. */
  expose(name: string, value: unknown): void;

  /** Of `marshal`: sets a field of a map. `__proto__` is a key like any other. */
  setField<T>(map: Record<string, T>, key: string, value: T): void;

  /** Of `utf8`. Lone surrogates become U+FFFD. */
  encodeUtf8(text: string): Uint8Array<ArrayBuffer>;
  /** Of `utf8`. @param fatal Whether bytes that are no UTF-8 throw a TypeError; otherwise they become U+FFFD. */
  decodeUtf8(bytes: Uint8Array, fatal: boolean): string;
  /** Of `utf8`: the text of the first `length` code units. */
  textOfUnits(units: Uint16Array, length: number): string;

  /** Of `errors`: an error as the web's interfaces throw it. */
  webError(message: string, name: string): Error;

  /** Of `form`: `application/x-www-form-urlencoded` text as names and values in the order written. */
  parseForm(text: string): [name: string, value: string][];
  /** Of `form`: the same, written. */
  writeForm(pairs: readonly (readonly [name: string, value: string])[]): string;

  /** Of `domain`: a host's ASCII form; undefined if it is none. */
  domainToAscii(domain: string): string | undefined;
  /** Of `urlHost`: a host in the form that a URL shows; undefined if it is none. */
  parseHost(text: string, special: boolean): string | undefined;
  /** Of `urlHost`: percent-encodes a code point unless it is one that may stand. */
  percentEncode(char: string, mayStand: RegExp): string;
  /** Of `urlParser`. */
  parseUrl: ParseUrl;
  /** Of `urlSearchParams`: a list of parameters that reports each change. */
  searchParams(list: [string, string][], changed: (text: string) => void): URLSearchParams;
  /** Of `urlSearchParams`: replaces the list of one made by `searchParams`. */
  refillSearchParams(params: URLSearchParams, list: [string, string][]): void;

  /** Of `chacha20`: 64 bytes of the key stream. @param key 8 words. @param nonce 3 words. */
  chachaBlock(key: Uint32Array, counter: number, nonce: Uint32Array): Uint8Array<ArrayBuffer>;
  /** Of `chacha20`: starts the stream of random bytes anew. @param seed 32 bytes. */
  seedRandom(seed: Uint8Array): void;
  /** Of `chacha20`: fills bytes at random. */
  fillRandom(bytes: Uint8Array): void;

  /** Of `inspect`: a value as text for a person. */
  inspect(value: unknown): string;

  /** Of `console`: what has been written since `forgetLines`, level and text by turns. */
  readonly lines: string[];
  /** Of `console`: forgets what was written. */
  forgetLines(): void;

  /** Of `harden`: makes immutable whatever can be reached. */
  harden(): void;
  /** Of `harden`: whether it is the getter of a built-in field that `harden` has made one. */
  isMended(getter: object): boolean;

  /** Of `decoders`: decodes the raw text of a lazy field. @throws {Error} If it is not what it claims to be. */
  decode(decoder: string, source: string | string[]): unknown;

  /** Of `streamToken`: stands for a stream during one call. */
  streamToken(call: number, ticket: number): object;
  /** Of `streamToken`: the ticket of a token, -1 if it is one of another call; undefined if it is none. */
  ticketOfToken(value: object, call: number): number | undefined;

  /** Of `lazyMap`: a map some of whose fields are decoded when they are first read. */
  lazyMap(fields: Record<string, unknown>, unread: UnreadField[]): object;
  /** Of `lazyMap`: forgets the lazy maps of the call before. */
  forgetLazyMaps(): void;
  /** Of `lazyMap`: which lazy map of this call it is, in the order made, and its fields; undefined if it is none. */
  findLazyMap(
    value: object,
  ): { index: number; fields: Record<string, unknown>; unread: readonly UnreadField[] } | undefined;

  /** Of `errorFields`: an error's own fields, as texts of no great length. */
  errorFields(error: Error): ErrorFields;
  /** Of `errorFields`: what stands for something that was thrown and is no error. */
  thrownFields(thrown: unknown): ErrorFields;
  /** Of `errorFields`: a cause that is no error. */
  causeText(cause: unknown): string;
  /** Of `errorFields`: the first steps of a path into a value, as ` at body.items[3].fn`; empty if there are none. */
  placeOf(path: readonly (string | number)[], depth: number): string;

  /** Of `decoder`: reads the value that the marshal holds. @param call Number of the call. */
  decodeValue(call: number): unknown;
  /** Of `decoder`: which error of the marshal this is; -1 if none of this call. */
  indexOfGivenError(error: object): number;
  /** Of `decoder`: forgets the errors of the call before. */
  forgetGivenErrors(): void;
  /** Of `encoder`: writes a value. @throws {Error} If it is none that can be answered; the message says where. */
  encodeValue(value: unknown, call: number): void;
  /** Of `encoder`: writes whatever was thrown, as an error. Throws nothing. */
  writeThrown(thrown: unknown, call: number): void;

  /** Of `marshal`: symbols of the realm's own that say what stands on the marshal. */
  readonly tags: Tags;
  /** Of `marshal`: values on their way in or out. */
  readonly marshal: unknown[];

  /** See `RealmBridge`. */
  readonly state: Int32Array;
  readonly bridge: RealmBridge;
}

/** What of an error is text. */
export interface ErrorFields {
  name: string;
  message: string;
  code: string | undefined;
  stack: string;
}

/** A field of a lazy map that nobody has read. */
export interface UnreadField {
  name: string;
  /** @throws {Error} If it is not what it claims to be. */
  read: () => unknown;
}

/** What the engine holds of a realm. It hands in texts, numbers, symbols and what the realm made, nothing else. */
export interface RealmBridge {
  readonly tags: Tags;
  readonly marshal: unknown[];
  /** Lines written by the call under way, level and text by turns. */
  readonly lines: readonly (LogLevel | string)[];
  /** 0: whether lines were written; 1: whether the code has got hold of something that can leave work for later. */
  readonly state: Int32Array;
  forgetLines(): void;
  /** Starts the realm's random bytes. @param seed 32 bytes of the realm's own. */
  seed(seed: Uint8Array): void;
  /** Bytes of the realm's own, to be filled. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** Runs a module's top level. Answers its entry, a function of the realm; otherwise a tag. */
  start(body: unknown, commonJs: boolean): unknown;
  /** One call, up to the first time that it waits. Answers a value that is no object, or a tag. */
  call(entry: unknown, argument: unknown, marshalled: boolean): unknown;
  /** What has become of a call that had to wait. */
  outcome(): unknown;
}

/** A URL in its parts. */
export interface UrlRecord {
  scheme: string;
  username: string;
  password: string;
  host: string | null;
  port: number | null;
  /** A list of segments, or a text that has none. */
  path: string[] | string;
  query: string | null;
  fragment: string | null;
}

/** Reads and writes URLs and their parts. */
export interface ParseUrl {
  /** Undefined if the text is no URL. */
  read(text: string, base?: UrlRecord): UrlRecord | undefined;
  write(url: UrlRecord, withFragment?: boolean): string;
  writePath(url: UrlRecord): string;
  /** Whether its scheme is one that the standard treats like http. */
  isSpecial(url: UrlRecord): boolean;
  /** Adds the segments of a path. */
  readPath(url: UrlRecord, text: string): void;
  splitPort(text: string): [host: string, port: string | undefined];
  /** False if it is none. */
  setPort(url: UrlRecord, digits: string): boolean;
  encodeUserinfo(text: string): string;
  encodeQuery(url: UrlRecord, text: string): string;
  encodeFragment(text: string): string;
}
