// Captured here because an executor deletes the web's globals before it runs user code.
const { subtle: web, CryptoKey } = { subtle: crypto.subtle, CryptoKey: globalThis.CryptoKey };

/** A request to `SubtleCrypto` or an answer: JSON, in which `{"$bytes": i}` stands for the bytes at `i`. */
export interface SubtleMessage {
  text: string;
  bytes: readonly Uint8Array<ArrayBuffer>[];
}

/** A key as it crosses the border of a realm: always with its material, so that nothing is kept on this side. */
interface KeyRecord {
  $key: "raw" | "pkcs8" | "spki";
  data: Uint8Array<ArrayBuffer>;
  type: KeyType;
  algorithm: KeyAlgorithm & { name: string; hash?: { name: string } };
  usages: KeyUsage[];
}

type Method = keyof SubtleCrypto;

/** What may be called. */
const METHODS: ReadonlySet<string> = new Set([
  "digest",
  "sign",
  "verify",
  "encrypt",
  "decrypt",
  "deriveBits",
  "deriveKey",
  "importKey",
  "exportKey",
  "generateKey",
  "wrapKey",
  "unwrapKey",
]);

// Work that has begun cannot be stopped, so it is limited.

/** How many iterations PBKDF2 may take, together for each block of a hash. */
const MAX_ITERATIONS = 1_000_000;
/** How many bits may be derived, or a key may have that is generated. */
const MAX_BITS = 65_536;
const MIN_MODULUS = 512;
/** How many bits an RSA key may have. */
const MAX_MODULUS = 4_096;
/** How large the material of a key may be that is imported. */
const MAX_KEY = 65_536;

/** Keys of which only the material as given is known. */
const DERIVING = new Set(["HKDF", "PBKDF2"]);

/**
 * Does what a realm asks of `SubtleCrypto`: the method and its arguments, keys as records.
 *
 * @throws {Error} With the name that the standard gives it.
 */
export async function subtle(text: string, bytes: readonly Uint8Array<ArrayBuffer>[]): Promise<SubtleMessage> {
  const { method, args } = JSON.parse(text, (_, value) => isPlace(value) ? bytes[value.$bytes] : value) as {
    method: Method;
    args: unknown[];
  };
  if (!METHODS.has(method)) throw named("NotSupportedError", `${method} is not supported`);
  checkWork(method, args);
  const taken = await Promise.all(args.map(withKeys));
  return write(await read(await run(method, taken)));
}

function run(method: Method, args: unknown[]): Promise<unknown> {
  // what can leave the realm's own key object is its affair
  if (method === "importKey") args[3] = !DERIVING.has(nameOf(args[2]));
  if (method === "generateKey") args[1] = true;
  if (method === "deriveKey") args[3] = true;
  const call = web[method] as (...args: unknown[]) => Promise<unknown>;
  return Reflect.apply(call, web, args).then((result) =>
    method === "importKey" && DERIVING.has(nameOf(args[2]))
      ? { ...recordOf(result as CryptoKey), $key: "raw", data: args[1] }
      : result
  );
}

/** Replaces the records of keys by keys, two levels deep: `public` of an algorithm is one. */
async function withKeys(value: unknown): Promise<unknown> {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || Array.isArray(value)) return value;
  if ("$key" in value) {
    const { $key, data, algorithm, usages } = value as KeyRecord;
    return await web.importKey($key, data, algorithm as Algorithm, !DERIVING.has(algorithm.name), usages);
  }
  const entries = Object.entries(value).map(async ([key, field]) => [key, await withKeys(field)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Replaces the keys of a result by their records. */
async function read(result: unknown): Promise<unknown> {
  if (result instanceof ArrayBuffer) return new Uint8Array(result);
  if (result instanceof CryptoKey) {
    checkKey(result);
    const record = recordOf(result);
    return { ...record, data: new Uint8Array(await web.exportKey(record.$key, result)) };
  }
  if (typeof result === "object" && result !== null && "privateKey" in result) {
    const { publicKey, privateKey } = result as CryptoKeyPair;
    return { publicKey: await read(publicKey), privateKey: await read(privateKey) };
  }
  return result;
}

function recordOf({ type, algorithm, usages }: CryptoKey): Omit<KeyRecord, "data"> {
  return { $key: type === "secret" ? "raw" : type === "private" ? "pkcs8" : "spki", type, algorithm, usages };
}

function write(value: unknown): SubtleMessage {
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  const text = JSON.stringify(
    { value },
    (_, value) => value instanceof Uint8Array ? { $bytes: bytes.push(value as Uint8Array<ArrayBuffer>) - 1 } : value,
  );
  return { text, bytes };
}

function isPlace(value: unknown): value is { $bytes: number } {
  return typeof value === "object" && value !== null && "$bytes" in value;
}

function nameOf(algorithm: unknown): string {
  const name = typeof algorithm === "string" ? algorithm : (algorithm as { name?: unknown } | null)?.name;
  return String(name).toUpperCase();
}

/** @throws {Error} If an operation could take long. */
function checkWork(method: Method, args: readonly unknown[]): void {
  for (const argument of args) {
    const { iterations, modulusLength, length, publicExponent } = (argument ?? {}) as Record<string, unknown>;
    limit("iterations", iterations, 0, MAX_ITERATIONS);
    if (argument instanceof Uint8Array) continue;
    limit("modulusLength", modulusLength, MIN_MODULUS, MAX_MODULUS);
    limit("length", length, 0, MAX_BITS);
    if (publicExponent instanceof Uint8Array && ![3, 65537].includes(numberOf(publicExponent))) {
      throw named("NotSupportedError", `invalid publicExponent ${publicExponent}: expected 3 or 65537`);
    }
  }
  if (method === "deriveBits") {
    const bits = Number(args[2]);
    limit("length", bits, 0, MAX_BITS);
    // what is longer than a hash takes the iterations again
    const { iterations = 0 } = (args[0] ?? {}) as { iterations?: unknown };
    limit("iterations", Number(iterations) * Math.max(1, Math.ceil(bits / 512)), 0, MAX_ITERATIONS);
  }
  if (method !== "importKey") return;
  const [, data] = args;
  const parts = data instanceof Uint8Array ? [data] : Object.values((data ?? {}) as Record<string, unknown>);
  for (const part of parts) {
    const size = typeof part === "string" || part instanceof Uint8Array ? part.length : 0;
    if (size > MAX_KEY) throw named("NotSupportedError", `invalid key of ${size} bytes: expected at most ${MAX_KEY}`);
  }
}

function limit(what: string, value: unknown, least: number, most: number): void {
  if (value === undefined || value === null) return;
  const number = Number(value);
  if (number >= least && number <= most) return;
  throw named("NotSupportedError", `invalid ${what} ${number}: expected ${least} to ${most}`);
}

/** Reads bytes as one number, the first byte the highest. */
function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

/** @throws {Error} If a key is so large that using it could take long. */
function checkKey({ algorithm }: CryptoKey): void {
  limit("modulusLength", (algorithm as { modulusLength?: number }).modulusLength, MIN_MODULUS, MAX_MODULUS);
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
