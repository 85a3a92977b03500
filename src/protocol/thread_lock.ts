/** The navigator's locks, which the types of the main thread and of a worker declare differently. */
type Locks = { request(name: string, held: () => Promise<unknown>): Promise<unknown> };

/** Takes the lock that lets `terminate()` end this thread in the middle of a loop. Resolves once it is held. */
export function takeLock(name: string): Promise<void> {
  return new Promise((held) => {
    const { locks } = navigator as unknown as { locks: Locks };
    void locks.request(name, () => {
      held();
      return new Promise(() => {});
    });
  });
}
