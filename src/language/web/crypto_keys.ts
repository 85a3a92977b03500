import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Defines `CryptoKey`, and `crypto.subtle`, which asks the engine's platform. A key's material stays in the key. */
export function cryptoKeys(scope: RealmScope): void {
  type Fields = Record<string, unknown>;
  let made = false; // whether a key is being made here
  let recordOf: (key: object) => Fields | undefined;
  let isExtractable: (key: object) => boolean;
  /** How many bytes one operation of `crypto.subtle` may take. */
  const MAX_SIZE = 16 * 1024 * 1024;
  let left = MAX_SIZE;

  class CryptoKey {
    #record: Fields;
    #extractable: boolean;

    static {
      recordOf = (key) => #record in key ? key.#record : undefined;
      isExtractable = (key) => (key as CryptoKey).#extractable;
    }

    constructor(record: Fields, extractable: boolean) {
      if (!made) throw new TypeError("a CryptoKey is made by crypto.subtle");
      this.#record = record;
      this.#extractable = extractable;
    }

    get type(): unknown {
      return this.#record.type;
    }

    get extractable(): boolean {
      return this.#extractable;
    }

    get algorithm(): unknown {
      return scope.cloneValue(this.#record.algorithm);
    }

    get usages(): unknown {
      return scope.cloneValue(this.#record.usages);
    }

    get [Symbol.toStringTag](): string {
      return "CryptoKey";
    }
  }

  function keyOf(record: Fields, extractable: boolean): CryptoKey {
    made = true;
    const key = new CryptoKey(record, extractable);
    made = false;
    return key;
  }

  /**
   * Converts an argument to what JSON can hold. Bytes are copied into a list, and stand in the JSON as their place there. What
   * begins with `$` is not for others to set.
   */
  function simple(value: unknown, bytes: Uint8Array[], depth = 0): unknown {
    if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return undefined;
    if (typeof value !== "object" || value === null) return value;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      const part = scope.bytesOf(value);
      left -= part.length;
      if (left < 0) throw scope.webError(`more than ${MAX_SIZE} bytes for one operation`, "QuotaExceededError");
      return { $bytes: bytes.push(part.slice()) - 1 };
    }
    if (depth > 4) return undefined;
    if (Array.isArray(value)) return Array.from(value, (item: unknown) => simple(item, bytes, depth + 1));
    const record = recordOf(value);
    const fields: Fields = {};
    // the fields of an algorithm may be inherited
    for (const key in record ?? value) {
      if (record === undefined && key.startsWith("$")) continue;
      scope.setField(fields, key, simple((record ?? value as Fields)[key], bytes, depth + 1));
    }
    return fields;
  }

  async function ask(method: string, args: readonly unknown[]): Promise<unknown> {
    scope.flags[1] = 1; // what it returns can queue microtasks
    const bytes: Uint8Array[] = [];
    left = MAX_SIZE;
    const text = JSON.stringify({ method, args: args.map((arg) => simple(arg, bytes) ?? null) });
    const answer = await scope.request(text, bytes);
    const { value } = JSON.parse(
      answer.text,
      (_, value) =>
        typeof value === "object" && value !== null && "$bytes" in value ? answer.bytes[value.$bytes] : value,
    );
    return value;
  }

  async function askBuffer(method: string, args: readonly unknown[]): Promise<unknown> {
    return (await ask(method, args) as Uint8Array).buffer;
  }

  /** Throws unless a key's material may leave it. */
  function checkExtractable(key: unknown, what: string): void {
    scope.flags[1] = 1; // what it throws is a rejection
    if (typeof key !== "object" || key === null || recordOf(key) === undefined) {
      throw new TypeError(`${what}: expected a CryptoKey`);
    }
    if (!isExtractable(key)) throw scope.webError("the key is not extractable", "InvalidAccessError");
  }

  async function askKey(method: string, args: readonly unknown[], extractable: unknown): Promise<unknown> {
    const result = await ask(method, args) as Fields;
    if (!("privateKey" in result)) return keyOf(result, result.type === "public" || Boolean(extractable));
    const { publicKey, privateKey } = result as { publicKey: Fields; privateKey: Fields };
    return { publicKey: keyOf(publicKey, true), privateKey: keyOf(privateKey, Boolean(extractable)) };
  }

  class SubtleCrypto {
    digest(algorithm: unknown, data: unknown): Promise<unknown> {
      return askBuffer("digest", [algorithm, data]);
    }

    sign(algorithm: unknown, key: unknown, data: unknown): Promise<unknown> {
      return askBuffer("sign", [algorithm, key, data]);
    }

    verify(algorithm: unknown, key: unknown, signature: unknown, data: unknown): Promise<unknown> {
      return ask("verify", [algorithm, key, signature, data]);
    }

    encrypt(algorithm: unknown, key: unknown, data: unknown): Promise<unknown> {
      return askBuffer("encrypt", [algorithm, key, data]);
    }

    decrypt(algorithm: unknown, key: unknown, data: unknown): Promise<unknown> {
      return askBuffer("decrypt", [algorithm, key, data]);
    }

    deriveBits(algorithm: unknown, key: unknown, length: unknown): Promise<unknown> {
      return askBuffer("deriveBits", [algorithm, key, length]);
    }

    deriveKey(
      algorithm: unknown,
      key: unknown,
      type: unknown,
      extractable: unknown,
      usages: unknown,
    ): Promise<unknown> {
      return askKey("deriveKey", [algorithm, key, type, true, usages], extractable);
    }

    importKey(
      format: unknown,
      data: unknown,
      algorithm: unknown,
      extractable: unknown,
      usages: unknown,
    ): Promise<unknown> {
      return askKey("importKey", [format, data, algorithm, true, usages], extractable);
    }

    generateKey(algorithm: unknown, extractable: unknown, usages: unknown): Promise<unknown> {
      return askKey("generateKey", [algorithm, true, usages], extractable);
    }

    async exportKey(format: unknown, key: unknown): Promise<unknown> {
      checkExtractable(key, "exportKey");
      const exported = await ask("exportKey", [format, key]);
      return exported instanceof Uint8Array ? exported.buffer : exported;
    }

    // deno-lint-ignore require-await -- what it throws is a rejection
    async wrapKey(format: unknown, key: unknown, wrapping: unknown, algorithm: unknown): Promise<unknown> {
      checkExtractable(key, "wrapKey");
      return askBuffer("wrapKey", [format, key, wrapping, algorithm]);
    }

    unwrapKey(
      format: unknown,
      wrapped: unknown,
      unwrapping: unknown,
      algorithm: unknown,
      type: unknown,
      extractable: unknown,
      usages: unknown,
    ): Promise<unknown> {
      return askKey("unwrapKey", [format, wrapped, unwrapping, algorithm, type, true, usages], extractable);
    }

    get [Symbol.toStringTag](): string {
      return "SubtleCrypto";
    }
  }

  scope.subtle = Object.freeze(new SubtleCrypto());
  scope.expose("CryptoKey", CryptoKey);
  scope.expose("SubtleCrypto", SubtleCrypto);
}
