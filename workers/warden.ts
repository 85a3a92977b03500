// The entry point of the warden: a Web Worker that may only read Weft's own source.
import { Warden, type WardenOrder } from "../src/pool/warden.ts";

// The project is checked with the types of a main thread, where `self` is a window.
const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage(event: MessageEvent<WardenOrder>): void;
};
const entries = {
  executor: new URL("./executor.ts", import.meta.url),
  compiler: new URL("./compiler.ts", import.meta.url),
};
const warden = new Warden(entries, (report) => scope.postMessage(report));
scope.onmessage = ({ data, ports }) => warden.obey(data, ports[0]);
