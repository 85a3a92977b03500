/** The request of a `curl` command. */
export interface Curl {
  url: URL;
  method: string;
  headers: [string, string][];
  body: string | undefined;
}

/**
 * Parses the few forms of `curl` that the examples use: `-X METHOD`, `-H HEADER`, `-d BODY` and a URL without a scheme.
 *
 * @param base The URL that replaces `localhost:8000`.
 */
export function parseCurl(line: string, base: string): Curl {
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) =>
    single ?? double ?? plain!
  );
  const curl: Curl = { url: new URL(base), method: "", headers: [], body: undefined };
  if (words.shift() !== "curl") throw new Error(`expected a curl command: ${line}`);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-X") curl.method = words.shift()!;
    else if (word === "-d") curl.body = words.shift()!;
    else if (word === "-H") {
      const header = words.shift()!;
      const at = header.indexOf(":");
      curl.headers.push([header.slice(0, at), header.slice(at + 1).trim()]);
    } else if (word.startsWith("-")) throw new Error(`unknown option ${word} in: ${line}`);
    else curl.url = new URL(word.replace(/^(http:\/\/)?localhost:8000/, ""), base);
  }
  curl.method ||= curl.body === undefined ? "GET" : "POST";
  return curl;
}
