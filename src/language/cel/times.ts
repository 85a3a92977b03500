import { Duration } from "cel-js/evaluator";
import { failure } from "../../value/mod.ts";
import { type Library, replaceFunction, replaceOperator } from "./library.ts";

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

const EARLIEST = Date.parse("0001-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59.999Z");
const NANOSECONDS = 1_000_000_000n;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/;
const GO_DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** Corrects timestamps and durations of the library: impossible dates and results out of range are errors. */
export function correctTimes(library: Library): void {
  replaceFunction(library, `timestamp(string): ${TIMESTAMP}`, parseTimestamp);
  replaceFunction(library, `timestamp(int): ${TIMESTAMP}`, (seconds: bigint) => timestamp(Number(seconds) * 1000));

  const { declarations } = library.registry.functionCandidates(false, "duration", 1);
  const parse = declarations.find(({ signature }) => signature === `duration(string): ${DURATION}`)!.handler;
  replaceFunction(library, `duration(string): ${DURATION}`, (text: string) => {
    if (!GO_DURATION.test(text)) {
      throw failure(`invalid duration ${JSON.stringify(text.slice(0, 100))}: expected for instance "1h30m"`, {
        code: "invalid_argument",
      });
    }
    // Go reads a zero without a unit, and both signs for micro.
    return duration(/^[+-]?0$/.test(text) ? new Duration(0n) : parse(text.replaceAll("μ", "µ")) as Duration);
  });

  const operator = (
    left: string,
    sign: string,
    right: string,
    result: string,
    handler: (a: never, b: never) => unknown,
  ) => replaceOperator(library, sign, `${left} ${sign} ${right}: ${result}`, { handler });
  const plus = (time: Date, by: Duration) => timestamp(by.extendTimestamp(time).getTime());
  operator(TIMESTAMP, "+", DURATION, TIMESTAMP, plus);
  replaceOperator(library, "+", `${DURATION} + ${TIMESTAMP}: ${DURATION}`, {
    handler: (by: Duration, time: Date) => plus(time, by),
    returnType: library.registry.getType(TIMESTAMP), // the library declares a duration
  });
  operator(TIMESTAMP, "-", DURATION, TIMESTAMP, (time: Date, by: Duration) => {
    return timestamp(by.subtractTimestamp(time).getTime());
  });
  operator(TIMESTAMP, "-", TIMESTAMP, DURATION, (a: Date, b: Date) => {
    return duration(Duration.fromMilliseconds(a.getTime() - b.getTime()));
  });
  operator(DURATION, "+", DURATION, DURATION, (a: Duration, b: Duration) => duration(a.addDuration(b)));
  operator(DURATION, "-", DURATION, DURATION, (a: Duration, b: Duration) => duration(a.subtractDuration(b)));

  const PARTS: Record<string, (time: Date) => number> = {
    getDate: (time) => time.getUTCDate(),
    getDayOfMonth: (time) => time.getUTCDate() - 1,
    getDayOfWeek: (time) => time.getUTCDay(),
    getDayOfYear: dayOfYear,
    getFullYear: (time) => time.getUTCFullYear(),
    getHours: (time) => time.getUTCHours(),
    getMilliseconds: (time) => time.getUTCMilliseconds(),
    getMinutes: (time) => time.getUTCMinutes(),
    getMonth: (time) => time.getUTCMonth(),
    getSeconds: (time) => time.getUTCSeconds(),
  };
  for (const [name, part] of Object.entries(PARTS)) {
    replaceFunction(library, `${TIMESTAMP}.${name}(): int`, (time: Date) => BigInt(part(time)));
    replaceFunction(library, `${TIMESTAMP}.${name}(string): int`, (time: Date, zone: string) => {
      return BigInt(part(inZone(time, zone)));
    });
  }
}

function parseTimestamp(text: string): Date {
  const fields = RFC_3339.exec(text)?.slice(1).map((digits) => Number(digits ?? 0));
  if (fields !== undefined) {
    const [year, month, day, hour, minute, second, zoneHour, zoneMinute] = fields as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    if (exists && hour < 24 && minute < 60 && second < 60 && zoneHour < 24 && zoneMinute < 60) {
      return timestamp(Date.parse(text));
    }
  }
  throw failure(`invalid timestamp ${JSON.stringify(text.slice(0, 100))}: expected a date and time of RFC 3339`, {
    code: "invalid_argument",
  });
}

function timestamp(milliseconds: number): Date {
  if (milliseconds >= EARLIEST && milliseconds <= LATEST) return new Date(milliseconds);
  throw failure("timestamp out of range: expected a year from 1 to 9999", { code: "invalid_argument" });
}

/** Checks that a duration in nanoseconds fits in 64 bits, as Go's must. */
function duration(value: Duration): Duration {
  const nanoseconds = value.seconds * NANOSECONDS + BigInt(value.nanos);
  if (BigInt.asIntN(64, nanoseconds) === nanoseconds) return value;
  throw failure("duration out of range: expected at most 292 years", { code: "invalid_argument" });
}

function dayOfYear(time: Date): number {
  const start = new Date(time);
  start.setUTCMonth(0, 1);
  return Math.round((time.getTime() - start.getTime()) / 86_400_000);
}

/** Returns a time whose UTC fields are those of a time in a zone, such as `Europe/Berlin` or `-02:00`. */
function inZone(time: Date, zone: string): Date {
  const [offset, sign, hours, minutes] = /^([+-]?)(\d\d):(\d\d)$/.exec(zone) ?? [];
  if (offset !== undefined) {
    const shift = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(time.getTime() + (sign === "-" ? -shift : shift));
  }
  try {
    const local = new Date(`${time.toLocaleString("en-US", { timeZone: zone })} UTC`);
    local.setUTCMilliseconds(time.getUTCMilliseconds());
    return local;
  } catch {
    throw failure(`invalid time zone ${JSON.stringify(zone.slice(0, 100))}`, { code: "invalid_argument" });
  }
}
