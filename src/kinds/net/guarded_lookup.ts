import { lookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import type { PrivateHosts } from "./private_hosts.ts";

/**
 * Returns a lookup for the sockets of `node:net`, which gives them the allowed addresses of a host only. A socket connects
 * to what the lookup gave it: between the check and the connection, nobody is asked again.
 */
export function guardedLookup(hosts: PrivateHosts, port: number): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      let allowed: LookupAddress[];
      try {
        allowed = hosts.allowed(host, port, found as unknown as LookupAddress[]);
      } catch (forbidden) {
        return callback(forbidden as Error, []);
      }
      if (options.all === true) return callback(null, allowed);
      const [first] = allowed;
      callback(null, first?.address ?? "", first?.family);
    });
  };
}
