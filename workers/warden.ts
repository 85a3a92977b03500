/// <reference lib="deno.worker" />
// The entry point of the warden: a Web Worker that may only read Weft's own source.
import { Warden, type WardenOrder } from "../src/pool/warden.ts";

const warden = new Warden(new URL("./executor.ts", import.meta.url), (report) => self.postMessage(report));
self.onmessage = ({ data, ports }: MessageEvent<WardenOrder>) => warden.obey(data, ports[0]);
