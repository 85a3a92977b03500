import { isIP } from "node:net";
import { addressBytes, isWithin } from "../../http/mod.ts";
import { failure } from "../../value/mod.ts";
import { specialRange } from "./special_address.ts";

/** One grant of `--allow-private`. */
interface Grant {
  /** Undefined for any port. */
  readonly port: number | undefined;
  allows(host: string, address: Uint8Array): boolean;
}

/** What a grant may be, for messages. */
const EXPECTED = "all, or a name, address or network such as db.internal, 127.0.0.1:9000 or 10.0.0.0/8";

/** The address of a lookup. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/**
 * Decides which addresses nodes may connect to: those of public hosts, and the private ones that the operator allows by
 * `--allow-private`. Whoever writes specs, or sends requests, decides nothing here.
 */
export class PrivateHosts {
  readonly #grants: readonly Grant[];

  /** @param granted Each `all`, or a name, address or network with or without a port. @throws {Error} If one is none of these. */
  constructor(granted: readonly string[] = []) {
    this.#grants = granted.map(grantOf);
  }

  /**
   * Checks that an address may be connected to.
   *
   * @param host What was asked for: a name or an address.
   * @param address What it was resolved to.
   * @throws {Error} `forbidden_address`, if it is a private address that is not allowed.
   */
  check(host: string, port: number, address: string): void {
    const bytes = addressBytes(address);
    const range = bytes === undefined ? "unknown" : specialRange(bytes);
    if (range === undefined || (bytes !== undefined && this.#isGranted(host, port, bytes))) return;
    const where = host === address ? host : `${host} (${address})`;
    throw failure(
      `forbidden address ${where}: it is a ${range} address, and only public ones are allowed; ` +
        `an operator allows it with start --allow-private ${written(host, port)}`,
      { code: "forbidden_address", details: { host, port, address } },
    );
  }

  /**
   * Returns those of the addresses of a host that may be connected to.
   *
   * @throws {Error} `forbidden_address`, if there is none.
   */
  allowed<Address extends ResolvedAddress>(host: string, port: number, addresses: readonly Address[]): Address[] {
    let forbidden: unknown;
    const allowed = addresses.filter(({ address }) => {
      try {
        this.check(host, port, address);
        return true;
      } catch (error) {
        forbidden = error;
        return false;
      }
    });
    if (allowed.length === 0 && forbidden !== undefined) throw forbidden;
    return allowed;
  }

  #isGranted(host: string, port: number, address: Uint8Array): boolean {
    return this.#grants.some((grant) => (grant.port ?? port) === port && grant.allows(nameOf(host), address));
  }
}

function written(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** A host, possibly in brackets, with a port. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/;
const NAME = /^(?:\*\.)?[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?\.?$/u;

function grantOf(text: string): Grant {
  const invalid = () => failure(`invalid --allow-private ${JSON.stringify(text)}: expected ${EXPECTED}`);
  const [, bracketed, plain, digits] = WITH_PORT.exec(text) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port === 0 || port > 65_535)) throw invalid();
  const host = nameOf(bracketed ?? plain ?? text.replace(/^\[(.*)\]$/, "$1"));
  if (host === "all") return { port, allows: () => true };
  const [base = "", length, ...rest] = host.split("/");
  const network = addressBytes(base);
  if (network !== undefined) {
    // the length of a mapped address counts from the start of IPv6
    const bits = length === undefined ? network.length * 8 : Number(length);
    const isMapped = isIP(base) === 6 && network.length === 4;
    const valid = rest.length === 0 && (length === undefined || /^\d{1,3}$/.test(length) && !isMapped) &&
      bits <= network.length * 8;
    if (!valid) throw invalid();
    return {
      port,
      allows: (_, address) => address.length === network.length && isWithin(address, network, bits),
    };
  }
  // digits and dots alone are an address that is none
  if (length !== undefined || !NAME.test(base) || /^[\d.]+$/.test(base)) throw invalid();
  return {
    port,
    allows: base.startsWith("*.") ? (name) => name.endsWith(base.slice(1)) : (name) => name === base,
  };
}
