import { findHeader } from "./header.ts";
import { isValidHost } from "./host_header.ts";
import { isIn, type Network, parseAddress, plainAddress } from "./network.ts";

/** What is known of the client of a request. */
export interface Client {
  /** Its address: `192.0.2.7`. */
  readonly address: string;
  /** The scheme and the host that it asked for, where a proxy that is trusted says so. */
  readonly scheme?: "http" | "https" | undefined;
  readonly host?: string | undefined;
}

/** What a proxy says of the request that it passed on. */
interface Hop {
  readonly from: string | undefined;
  readonly scheme: string | undefined;
  readonly host: string | undefined;
}

/** How many hops are looked at. */
const MOST_HOPS = 50;

/**
 * Returns the client of a request: the peer, or, if that is a proxy that is trusted, whom it names. The list is read
 * from the right, as each proxy appends whom it was asked by, and only as far as proxies are trusted, because what is
 * further left the client may have written itself. `Forwarded` wins over `X-Forwarded-For`, `-Proto` and `-Host`.
 *
 * @param peer The address at the other end of the connection.
 * @param headers As written by `headerText`.
 * @param trusted The networks of the proxies.
 */
export function clientOf(peer: string, headers: string, trusted: readonly Network[]): Client {
  let client: Client = { address: plainAddress(peer) };
  for (const hop of hopsOf(headers).reverse().slice(0, MOST_HOPS)) {
    const address = parseAddress(client.address);
    if (address === undefined || !isIn(trusted, address)) break;
    const from = addressOf(hop.from);
    client = {
      address: from ?? client.address,
      scheme: schemeOf(hop.scheme) ?? client.scheme,
      host: hostOf(hop.host) ?? client.host,
    };
    // a proxy that does not say whom it was asked by is the last that is known
    if (from === undefined) break;
  }
  return client;
}

/** Returns what the proxies say, the one that is nearest to the client first. */
function hopsOf(headers: string): Hop[] {
  const forwarded = valuesOf(headers, "forwarded");
  if (forwarded.length > 0) return forwarded.map(parseHop);
  const clients = valuesOf(headers, "x-forwarded-for");
  const schemes = valuesOf(headers, "x-forwarded-proto");
  const hosts = valuesOf(headers, "x-forwarded-host");
  // proxies append to a list or set a single value
  const at = (values: readonly string[], index: number) =>
    values.length === clients.length ? values[index] : index === clients.length - 1 ? values.at(-1) : undefined;
  if (clients.length === 0) clients.push("");
  return clients.map((from, index) => ({ from, scheme: at(schemes, index), host: at(hosts, index) }));
}

/** Returns the items of a header that is a list, in order, though it may be sent in several lines. */
function valuesOf(headers: string, name: string): string[] {
  if (findHeader(headers, name) === undefined) return [];
  const start = `${name}:`;
  return headers.split("\n").filter((line) => line.startsWith(start)).flatMap((line) =>
    splitList(line.slice(start.length))
  );
}

/** Splits a list at its commas, but not at those inside quotes. */
function splitList(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? []).map((item) => item.trim()).filter((item) => item !== "");
}

const PAIR = /([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/g;

/** Parses an element of `Forwarded`: `for="[2001:db8::1]:443";proto=https;host=a.example`. */
function parseHop(text: string): Hop {
  const fields = new Map<string, string>();
  for (const [, name, quoted, plain] of text.matchAll(PAIR)) {
    fields.set(name!.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain!);
  }
  return { from: fields.get("for"), scheme: fields.get("proto"), host: fields.get("host") };
}

/** Returns the address of a node: `192.0.2.7`, `192.0.2.7:80`, `[2001:db8::1]:80`, `2001:db8::1`. */
function addressOf(node: string | undefined): string | undefined {
  if (node === undefined) return undefined;
  const match = /^\[([^\]]+)\](?::\w+)?$/.exec(node) ?? /^(\d+\.\d+\.\d+\.\d+):\w+$/.exec(node);
  const address = match?.[1] ?? node;
  return parseAddress(address) === undefined ? undefined : plainAddress(address);
}

function schemeOf(text: string | undefined): "http" | "https" | undefined {
  const scheme = text?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : undefined;
}

function hostOf(text: string | undefined): string | undefined {
  return text !== undefined && isValidHost(text) ? text : undefined;
}

/** Returns the URL of a request as its client asked for it. */
export function clientUrl(url: string, { scheme, host }: Client): string {
  if (scheme === undefined && host === undefined) return url;
  const start = url.indexOf("://") + 3;
  const end = url.slice(start).search(/[/?]|$/) + start;
  return `${scheme ?? url.slice(0, start - 3)}://${host ?? url.slice(start, end)}${url.slice(end)}`;
}
