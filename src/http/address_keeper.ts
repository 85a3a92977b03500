/** Who stands at the addresses of a program while that is not there, and gives them back. */
export interface AddressKeeper {
  /** Gives up a port. Resolves when it may be bound. */
  vacate(port: number): Promise<void>;
  /** Is told that an address is bound. */
  bound(hostname: string, port: number): void;
  /** Is told that an address is used no more. */
  released(hostname: string, port: number): void;
}
