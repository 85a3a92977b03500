/** A network: the addresses whose first `bits` bits are those of `address`, as IPv6. */
export interface Network {
  readonly address: bigint;
  /** 0 to 128. */
  readonly bits: number;
}

const ADDRESS_BITS = 128;
/** Where IPv4 addresses stand among those of IPv6: `::ffff:0:0/96`. */
const MAPPED = 0xffffn << 32n;
const V4_BITS = 96;

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

/** Parses an address of IPv4 or IPv6 to a number of 128 bits. @returns Undefined if it is neither. */
export function parseAddress(text: string): bigint | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
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
export function isIn(networks: readonly Network[], address: bigint): boolean {
  return networks.some((network) => {
    const free = BigInt(ADDRESS_BITS - network.bits);
    return network.address >> free === address >> free;
  });
}

/** Returns an address without the prefix that IPv4 has among addresses of IPv6. */
export function plainAddress(text: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text) ? text.slice(7) : text;
}

function parseV4(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || octets.some((octet) => !OCTET.test(octet) || Number(octet) > 255)) return undefined;
  return octets.reduce((address, octet) => address << 8n | BigInt(octet), 0n) | MAPPED;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) => groupsOf(half, at === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const count = head.length + (tail?.length ?? 0);
  if (tail === undefined ? count !== 8 : count > 7) return undefined;
  const groups = [...head, ...new Array<bigint>(8 - count).fill(0n), ...tail ?? []];
  return groups.reduce((address, group) => address << 16n | group, 0n);
}

/** Returns the groups of one side of `::`. The last of an address may be an IPv4 address. */
function groupsOf(half: string, isLast: boolean): bigint[] | undefined {
  if (half === "") return [];
  const groups: bigint[] = [];
  const parts = half.split(":");
  for (const [at, part] of parts.entries()) {
    if (GROUP.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const v4 = isLast && at === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 === undefined) return undefined;
    groups.push(v4 >> 16n & 0xffffn, v4 & 0xffffn);
  }
  return groups;
}
