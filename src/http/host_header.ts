const HOST = /^(?:\[[0-9a-f:.]+\]|[\w.~%!$&'()*+,;=-]+)(?::\d{0,5})?$/i;
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/;

/** Reports whether a `Host` header is valid: a name or an address, and perhaps a port. */
export function isValidHost(host: string): boolean {
  return HOST.test(host);
}

/** Returns the name or the address of a `Host` header, without its port, in lower case. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
}

/** Reports whether an address that a socket is bound to can be reached from its own machine only. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return name === "localhost" || name === "::1" || name.startsWith("127.") || name.startsWith("::ffff:127.");
}

/**
 * Reports whether a request names its host in a way that a page of another site cannot: by an IP address, as localhost,
 * or by one of the given names. A site may let its own name point to this machine ("DNS rebinding"), and a browser then
 * takes what it finds here for a part of that site.
 *
 * @param host The `Host` header.
 * @param names Names that are accepted as well, without a port.
 */
export function isOwnHost(host: string, names: readonly string[]): boolean {
  const name = hostName(host);
  return name === "localhost" || name.endsWith(".localhost") || IPV4.test(name) || name.startsWith("[") ||
    names.some((own) => own.toLowerCase() === name);
}
