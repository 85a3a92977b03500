/** Frames on their way to the host: written into one array, posted once an event-loop turn. */
export class Outbox {
  readonly #port: MessagePort;
  #frames: unknown[] = [0];
  #transfer: Transferable[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** Frames of the host that were taken since the last post; the first element of the next batch. */
  taken = 0;

  /** Adds one frame: its operation and its elements. */
  push(...frame: unknown[]): void {
    this.#frames.push(...frame);
  }

  /** Posts what there is. */
  post(): void {
    if (this.#frames.length === 1 && this.taken === 0) return;
    const frames = this.#frames;
    frames[0] = this.taken;
    this.taken = 0;
    this.#frames = [0];
    const transfer = this.#transfer;
    this.#transfer = [];
    this.#port.postMessage(frames, transfer);
  }
}
