/**
 * Kinds for MQTT: a connection to a broker, a source for its messages, and one that publishes.
 *
 * @module
 */
import type { DataKind, Kind } from "@weft/weft/kind";
import { connection } from "./connection.ts";
import { publish } from "./publish.ts";
import { subscribe } from "./subscribe.ts";

const kinds: readonly (Kind | DataKind)[] = [connection, subscribe, publish];
export default kinds;
