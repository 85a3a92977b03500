import { within } from "../value/mod.ts";

/** Who stands at the addresses of a program while that is not there, and gives them back. */
export interface AddressKeeper {
  /** Gives up a port. Resolves when it may be bound. */
  vacate(port: number): Promise<void>;
  /** Is told that an address is bound. */
  bound(hostname: string, port: number): void;
  /** Is told that an address is used no more. */
  released(hostname: string, port: number): void;
}

/** The interval at which a port is tried that is being given up, in milliseconds. */
const INTERVAL = 1;

/**
 * Binds a port that somebody may stand at: tries until it is given up, so that it is free for no longer than it must.
 *
 * @param bind Binds it, or throws.
 * @throws {Error} What `bind` throws, once the port is given up.
 */
export async function takeOver<T extends { readonly hostname: string; readonly port: number }>(
  keeper: AddressKeeper,
  port: number,
  bind: () => T,
): Promise<T> {
  let isFree = port === 0;
  const vacated = isFree ? undefined : keeper.vacate(port).then(() => void (isFree = true));
  for (;;) {
    const isLast = isFree;
    try {
      const server = bind();
      keeper.bound(server.hostname, server.port);
      return server;
    } catch (thrown) {
      if (isLast) throw thrown;
    }
    await within(INTERVAL, vacated!);
  }
}
