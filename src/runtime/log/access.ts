import type { AccessEntry } from "../../kinds/mod.ts";

/** How lines of the access log look: the Common Log Format with more behind it, or JSON. */
export type AccessFormat = "common" | "json";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Formats a request for the access log. */
export function accessLine(format: AccessFormat, entry: AccessEntry): string {
  const now = new Date();
  const { listener, process, client, method, path, status, duration, bytes } = entry;
  if (format === "json") {
    return JSON.stringify({
      time: now.toISOString(),
      level: "info",
      part: "access",
      message: `${method} ${path} ${status}`,
      ...{ listener, ...process !== undefined && { process }, client, method, path, status, duration, bytes },
    });
  }
  const request = `${method} ${path} HTTP/1.1`.replace(/["\\]/g, "\\$&").replace(CONTROL, escape);
  return `${client} - - [${commonTime(now)}] "${request}" ${status} ${bytes} ${listener} ${duration}ms ${
    process ?? "-"
  }`;
}

// deno-lint-ignore no-control-regex -- a line must stay one
const CONTROL = /[\x00-\x1f\x7f]/g;

function escape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** Formats a time in UTC: `27/Nov/2030:19:26:00 +0000`. */
function commonTime(time: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}`;
  return `${day}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000`;
}
