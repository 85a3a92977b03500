import { connect, isIP, Socket } from "node:net";
import { asError, failure } from "../../value/mod.ts";
import { guardedLookup } from "./guarded_lookup.ts";
import type { PrivateHosts } from "./private_hosts.ts";

/**
 * Opens a socket to an allowed address of a host. What is wrong is told by its event `error`.
 */
export function connectTo(hosts: PrivateHosts, host: string, port: number): Socket {
  if (isIP(host) === 0) return connect({ host, port, lookup: guardedLookup(hosts, port) });
  try {
    hosts.check(host, port, host);
  } catch (error) {
    return new Socket().destroy(asError(error));
  }
  return connect({ host, port });
}

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
