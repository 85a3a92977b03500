import { connect, isIP, type Socket } from "node:net";
import { failure } from "../../value/mod.ts";
import { guardedLookup } from "./guarded_lookup.ts";
import type { PrivateHosts } from "./private_hosts.ts";

/**
 * Opens a socket to an allowed address of a host.
 *
 * @param timeout How long that may take, in milliseconds.
 * @throws {Failure} Why it is not open: `forbidden_address`, `timeout`, or an error of `node:net`.
 */
export function openSocket(hosts: PrivateHosts, host: string, port: number, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (isIP(host) !== 0) hosts.check(host, port, host);
    const socket = connect({ host, port, lookup: guardedLookup(hosts, port) });
    socket.setTimeout(timeout, () => {
      socket.destroy(failure(`no connection within ${timeout} ms`, { code: "timeout" }));
    });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
