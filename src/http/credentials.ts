import { asError, type Failure, failure, reasonOf } from "../value/mod.ts";

/** A certificate, with those that it is signed by, and its private key, in PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
}

/** The files of credentials. */
export interface CredentialFiles {
  readonly cert: string;
  readonly key: string;
}

/** How often files are looked at, in milliseconds: looking works for links and network file systems too. */
const INTERVAL = 2_000;

/**
 * Reads credentials from their files.
 *
 * @throws {Failure} `invalid`, if a file cannot be read, or the two are no certificate and its key.
 */
export async function readCredentials(files: CredentialFiles): Promise<Credentials> {
  const [cert, key] = await Promise.all([read("cert", files.cert), read("key", files.key)]);
  try {
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }).close();
  } catch (thrown) {
    const { message } = asError(thrown);
    throw invalid(
      `invalid tls "${files.cert}" and "${files.key}": expected a certificate and its key in PEM: ${message}`,
    );
  }
  return { cert, key };
}

async function read(name: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (thrown) {
    const error = asError(thrown);
    throw invalid(`invalid tls.${name} "${path}": ${reasonOf(error)}`, error);
  }
}

function invalid(message: string, cause?: Error): Failure {
  return failure(message, { code: "invalid", cause });
}

/** Watches the files of credentials. */
export class CredentialWatch {
  readonly #files: CredentialFiles;
  readonly #onChange: (credentials: Credentials) => Promise<void>;
  readonly #onError: (message: string) => void;
  #seen: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /**
   * @param current The credentials that are in use.
   * @param onChange Called with valid credentials that are others.
   * @param onError Called with the reason why changed files are not used.
   */
  constructor(
    files: CredentialFiles,
    current: Credentials,
    onChange: (credentials: Credentials) => Promise<void>,
    onError: (message: string) => void,
  ) {
    this.#files = files;
    this.#seen = current.cert + current.key;
    this.#onChange = onChange;
    this.#onError = onError;
    this.#wait();
  }

  /** Stops watching. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look().finally(() => this.#wait()), INTERVAL);
  }

  async #look(): Promise<void> {
    let seen = this.#seen;
    try {
      // small files, read twice a second at most: times of change miss what links and clocks do
      const [cert, key] = await Promise.all([this.#files.cert, this.#files.key].map((path) => Deno.readTextFile(path)));
      seen = cert! + key!;
      if (seen === this.#seen) return;
      const credentials = await readCredentials(this.#files);
      if (!this.#stopped) await this.#onChange(credentials);
    } catch (thrown) {
      const { message } = asError(thrown);
      if (seen === this.#seen) seen = `\0${message}`;
      if (seen !== this.#seen) this.#onError(message);
    }
    this.#seen = seen;
  }
}
