import { isWithin } from "../../http/mod.ts";

type Range = readonly [network: readonly number[], length: number, name: string];

/** The ranges of IPv4 that lead to no public host (IANA's registry), and what hosts of a cloud ask for secrets. */
const V4: readonly Range[] = [
  [[0], 8, "unspecified"],
  [[10], 8, "private"],
  [[100, 64], 10, "shared"],
  [[127], 8, "loopback"],
  [[168, 63, 129, 16], 32, "metadata"],
  [[169, 254], 16, "link-local"],
  [[172, 16], 12, "private"],
  [[192, 0, 0], 24, "reserved"],
  [[192, 0, 2], 24, "reserved"],
  [[192, 88, 99], 24, "reserved"],
  [[192, 168], 16, "private"],
  [[198, 18], 15, "reserved"],
  [[198, 51, 100], 24, "reserved"],
  [[203, 0, 113], 24, "reserved"],
  [[224], 4, "multicast"],
  [[240], 4, "reserved"],
];

/** Ranges of IPv6. What is not in 2000::/3 is no public host, whatever it is. */
const V6: readonly Range[] = [
  [[0xfe, 0x80], 10, "link-local"],
  [[0xfc], 7, "private"],
  [[0xfe, 0xc0], 10, "private"],
  [[0xff], 8, "multicast"],
  [[0x20, 0x01, 0x0d, 0xb8], 32, "reserved"],
  [[0x20, 0x01, 0], 23, "reserved"],
  [[0x3f, 0xff, 0], 20, "reserved"],
];

/** Where an IPv4 address stands in one of IPv6 that leads to it: compatible, translated, NAT64, 6to4. */
const EMBEDDED: readonly (readonly [network: readonly number[], length: number, at: number])[] = [
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 96, 12],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], 96, 12],
  [[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 96, 12],
  [[0x20, 0x02], 16, 2],
];

const LOOPBACK_V6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/**
 * Returns what an address is, if it is none of a public host: `loopback`, `private`, `link-local`, `metadata`, ...
 *
 * @returns Undefined for the address of a public host.
 */
export function specialRange(address: Uint8Array): string | undefined {
  const among = (ranges: readonly Range[]) =>
    ranges.find(([network, length]) => isWithin(address, network, length))?.[2];
  if (address.length === 4) return among(V4);
  if (isWithin(address, LOOPBACK_V6, 128)) return "loopback";
  const embedded = EMBEDDED.find(([network, length]) => isWithin(address, network, length));
  if (embedded !== undefined) return specialRange(address.slice(embedded[2], embedded[2] + 4));
  return among(V6) ?? (isWithin(address, [0x20], 3) ? undefined : "reserved");
}
