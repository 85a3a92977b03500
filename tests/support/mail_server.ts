import { SMTPServer } from "smtp-server";

/** A message as a test server has taken it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** The message itself, header and body. */
  readonly text: string;
}

/** What a test server does otherwise than take everything from everybody. */
export interface MailServerOptions {
  /** The certificate and key with which it speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Whether it speaks TLS from the first byte on. Default false: by STARTTLS. */
  readonly secure?: boolean;
  /** The user and the password that it asks for. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Returns what it says to a recipient that it rejects. */
  readonly reject?: (address: string) => string | undefined;
}

/** A mail server on a free port of 127.0.0.1 that writes down what it takes. */
export class MailServer implements AsyncDisposable {
  /** The messages, in order. */
  readonly taken: TakenMail[] = [];
  /** How many connections there were. */
  connections = 0;
  readonly #server: SMTPServer;

  private constructor({ tls, secure = false, login, reject }: MailServerOptions) {
    this.#server = new SMTPServer({
      ...tls,
      secure,
      logger: false,
      closeTimeout: 100,
      authOptional: login === undefined,
      disabledCommands: tls === undefined ? ["STARTTLS"] : [],
      allowInsecureAuth: tls === undefined,
      onConnect: (_, done) => {
        this.connections++;
        done();
      },
      onAuth: ({ username, password }, _, done) => {
        if (username === login?.user && password === login?.password) done(null, { user: username });
        else done(new Error("who are you?"));
      },
      onRcptTo: ({ address }, _, done) => {
        const why = reject?.(address);
        done(why === undefined ? null : Object.assign(new Error(why), { responseCode: 550 }));
      },
      onData: (stream, { envelope, user, secure }, done) => {
        const chunks: Uint8Array[] = [];
        stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        stream.on("end", async () => {
          this.taken.push({
            from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
            to: envelope.rcptTo.map(({ address }) => address),
            user: user as string | undefined,
            secure: secure === true,
            text: await new Blob(chunks as BlobPart[]).text(),
          });
          done(null, "taken");
        });
      },
    });
    this.#server.on("error", () => {});
  }

  /** Starts a server. */
  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const server = new MailServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", () => resolve()));
    return server;
  }

  /** Its port. */
  get port(): number {
    return (this.#server.server.address() as { port: number }).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
