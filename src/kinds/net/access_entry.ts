/** A request that was answered, for the access log. */
export interface AccessEntry {
  /** The name of the listener. */
  readonly listener: string;
  /** The id of the process; undefined if none was opened. */
  readonly process?: string;
  /** The address of the client. */
  readonly client: string;
  readonly method: string;
  /** The path of the URL, with the query. */
  readonly path: string;
  /** 499 for a client that went away before it was answered. */
  readonly status: number;
  /** How long it took until the answer was there or, for a stream, was sent, in milliseconds. */
  readonly duration: number;
  /** The size of the body that was sent, in bytes. */
  readonly bytes: number;
}

/** Returns the path and the query of a URL. */
export function pathOfUrl(url: string): string {
  const at = url.indexOf("/", url.indexOf("://") + 3);
  return at < 0 ? "/" : url.slice(at).split("#", 1)[0]!;
}
