import { addressBytes, isWithin, MAPPED } from "./ip_address.ts";

/** A network: the addresses whose first `bits` bits are those of `address`, as IPv6. */
export interface Network {
  readonly address: Uint8Array;
  /** 0 to 128. */
  readonly bits: number;
}

const ADDRESS_BITS = 128;
const V4_BITS = 96;

/** Parses an address of IPv4 or IPv6 to its 16 bytes as one of IPv6. @returns Undefined if it is neither. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.includes("%")) return undefined; // an address with a zone is one of this machine alone
  const bytes = addressBytes(text);
  return bytes?.length === 4 ? Uint8Array.of(...MAPPED, ...bytes) : bytes;
}

/** Parses a network: `10.0.0.0/8`, `fd00::/8`, or a single address. @returns Undefined if it is none. */
export function parseNetwork(text: string): Network | undefined {
  const [name = "", length, ...rest] = text.split("/");
  const address = parseAddress(name);
  if (address === undefined || rest.length > 0) return undefined;
  const skipped = name.includes(":") ? 0 : V4_BITS;
  if (length === undefined) return { address, bits: ADDRESS_BITS };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) + skipped : Infinity;
  return bits <= ADDRESS_BITS ? { address, bits } : undefined;
}

/** Reports whether one of some networks has an address. */
export function isIn(networks: readonly Network[], address: Uint8Array): boolean {
  return networks.some((network) => isWithin(address, network.address, network.bits));
}

/** Returns an address without the prefix that IPv4 has among addresses of IPv6. */
export function plainAddress(text: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text) ? text.slice(7) : text;
}
