import { fromBase64Url, toBase64Url } from "./base64_url.ts";
import { readSession, type Session, type Sessions, writeSession } from "./session.ts";

/** Sessions that stand in their cookies. They cannot be ended from here before their time. */
abstract class CookieSessions implements Sessions {
  abstract begin(session: Session): string | Promise<string>;
  abstract read(held: string, key: number): Session | undefined | Promise<Session | undefined>;

  renew(_: string, session: Session): string | Promise<string> {
    return this.begin(session);
  }

  end(): void {}

  endAll(): never {
    throw new Error("sessions that stand in their cookies cannot be ended from here: expected session: memory");
  }
}

/** Sessions that whoever has the cookie can read. */
export class SignedSessions extends CookieSessions {
  begin(session: Session): string {
    return toBase64Url(writeSession(session));
  }

  read(held: string): Session | undefined {
    const bytes = fromBase64Url(held);
    return bytes === undefined ? undefined : readSession(bytes);
  }
}

/** The length of the number that is used once for each encryption, in bytes. */
const NONCE = 12;

/** Sessions that are encrypted by AES-GCM. */
export class SealedSessions extends CookieSessions {
  readonly #keys: readonly CryptoKey[];
  readonly #random: (length: number) => Uint8Array;

  /** @param keys One for each secret; the first encrypts. */
  constructor(keys: readonly CryptoKey[], random: (length: number) => Uint8Array) {
    super();
    this.#keys = keys;
    this.#random = random;
  }

  async begin(session: Session): Promise<string> {
    const iv = this.#random(NONCE) as Uint8Array<ArrayBuffer>;
    const sealed = new Uint8Array(
      await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.#keys[0]!, writeSession(session)),
    );
    const bytes = new Uint8Array(NONCE + sealed.length);
    bytes.set(iv);
    bytes.set(sealed, NONCE);
    return toBase64Url(bytes);
  }

  async read(held: string, key: number): Promise<Session | undefined> {
    const bytes = fromBase64Url(held);
    if (bytes === undefined || bytes.length <= NONCE) return undefined;
    const iv = bytes.subarray(0, NONCE);
    const json = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.#keys[key]!, bytes.subarray(NONCE))
      .catch(() => undefined);
    return json === undefined ? undefined : readSession(new Uint8Array(json));
  }
}
