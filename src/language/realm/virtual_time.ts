import vm from "node:vm";
import { type Platform, platform } from "./platform.ts";

/** Lets `Date` and `Temporal.Now` show the time of the array that it evaluates to. */
const script = new vm.Script(
  `"use strict";
(() => {
  const OwnDate = Date;
  const time = new Float64Array(1);
  function VirtualDate(...args) {
    if (new.target === undefined) return new OwnDate(time[0]).toString();
    return Reflect.construct(OwnDate, args.length === 0 ? [time[0]] : args, new.target);
  }
  const define = (name, value) =>
    Object.defineProperty(VirtualDate, name, { value, writable: true, enumerable: false, configurable: true });
  Object.defineProperty(VirtualDate, "name", { value: "Date", configurable: true });
  Object.defineProperty(VirtualDate, "length", { value: 7, configurable: true });
  Object.defineProperty(VirtualDate, "prototype", { value: OwnDate.prototype, writable: false });
  define("now", { now() { return time[0]; } }.now);
  define("parse", OwnDate.parse);
  define("UTC", OwnDate.UTC);
  OwnDate.prototype.constructor = VirtualDate;
  Object.defineProperty(globalThis, "Date", { value: VirtualDate, writable: true, enumerable: false, configurable: true });
  if (typeof Temporal === "object") {
    const { Now, Instant } = Temporal;
    const zoned = (zone = Now.timeZoneId()) => Instant.fromEpochMilliseconds(time[0]).toZonedDateTimeISO(zone);
    Object.assign(Now, {
      instant() { return Instant.fromEpochMilliseconds(time[0]); },
      zonedDateTimeISO(zone) { return zoned(zone); },
      plainDateTimeISO(zone) { return zoned(zone).toPlainDateTime(); },
      plainDateISO(zone) { return zoned(zone).toPlainDate(); },
      plainTimeISO(zone) { return zoned(zone).toPlainTime(); },
    });
  }
  return time;
})()`,
  { filename: "realm" },
);

/** The time of a realm, which a test moves. Nothing of the test's is reached from the realm: it has an array of its own. */
export class VirtualTime {
  readonly #now: () => number;
  readonly #cell: Float64Array;

  /**
   * Puts the time into a context whose built-ins are not frozen yet.
   *
   * @param now Returns the time in milliseconds since 1970.
   */
  constructor(context: vm.Context, now: () => number) {
    this.#now = now;
    this.#cell = script.runInContext(context) as Float64Array;
  }

  /** What the realm asks of the platform, with the time among it. */
  readonly platform: Platform = (question, text, bytes) =>
    question === "now" ? String(this.#now()) : platform(question, text, bytes);

  /** Shows the time to the code that is about to run. */
  show(): void {
    this.#cell[0] = this.#now();
  }
}
