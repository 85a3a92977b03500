import { isIP } from "node:net";

/** Where addresses of IPv4 stand among those of IPv6: `::ffff:0:0/96`. */
export const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * Returns the bytes of an IP address, 4 or 16. An IPv4 address that is mapped into IPv6 is one of IPv4.
 *
 * @param text As in a URL without brackets, or as a resolver returns it.
 * @returns Undefined if it is no address.
 */
export function addressBytes(text: string): Uint8Array | undefined {
  const [address = ""] = text.split("%"); // without the zone
  switch (isIP(address)) {
    case 4:
      return Uint8Array.from(address.split("."), Number);
    case 6:
      return unmapped(v6Bytes(address));
    default:
      return undefined;
  }
}

/** Reports whether an address begins with the bits of a network. */
export function isWithin(address: ArrayLike<number>, network: ArrayLike<number>, length: number): boolean {
  for (let at = 0; at * 8 < length; at++) {
    const mask = (0xff << Math.max(0, (at + 1) * 8 - length)) & 0xff;
    if (((address[at]! ^ (network[at] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

/** Returns the host and the port that a URL of HTTP leads to; an address of IPv6 without its brackets. */
export function hostAndPort({ hostname, port, protocol }: URL): { host: string; port: number } {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(port || (protocol === "https:" || protocol === "wss:" ? 443 : 80)) };
}

function v6Bytes(text: string): Uint8Array {
  // the URL parser writes the last 32 bits as hexadecimal numbers
  const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
  const groups = (part: string) => part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const all = [...first, ...new Array(8 - first.length - last.length).fill(0), ...last];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function unmapped(bytes: Uint8Array): Uint8Array {
  return isWithin(bytes, MAPPED, MAPPED.length * 8) ? bytes.slice(MAPPED.length) : bytes;
}
