import { Cron } from "croner";
import { asError, failure } from "../../value/mod.ts";

/** When something happens. Times are in milliseconds since 1970. */
export interface Rule {
  /** Tells it from other rules: what was missed under another rule is not caught up on. */
  readonly id: string;
  /** Whether it counts from the time before, so that a clock that was set back begins anew. */
  readonly isRelative: boolean;
  /** Returns the first time after another; undefined if there is none. */
  next(after: number): number | undefined;
  /** Returns the times after one and up to another, the last of them if there are more than the limit. */
  due(after: number, until: number, limit: number): number[];
}

/** Returns the rule of an interval in milliseconds. */
export function intervalRule(interval: number): Rule {
  return {
    id: `every ${interval}`,
    isRelative: true,
    next: (after) => after + interval,
    due(after, until, limit) {
      const count = Math.max(0, Math.floor((until - after) / interval));
      const kept = Math.min(count, limit);
      return Array.from({ length: kept }, (_, index) => after + (count - kept + index + 1) * interval);
    },
  };
}

/**
 * Returns the rule of a cron pattern.
 *
 * @throws {Failure} `invalid`, if the pattern or the zone is none.
 */
export function cronRule(pattern: string, zone: string): Rule {
  const cron = cronOf(pattern, zone);
  return {
    id: `${pattern} ${zone}`,
    isRelative: false,
    next: (after) => cron.nextRun(new Date(after))?.getTime(),
    due(after, until, limit) {
      // those before the second that it is given
      const reference = new Date((Math.floor(until / 1_000) + 1) * 1_000);
      const times = cron.previousRuns(limit, reference).map((date) => date.getTime());
      return times.filter((time) => time > after && time <= until).reverse();
    },
  };
}

/** Reports whether a pattern has no time at all, such as the 30th of February; one that names years may have had some. */
export function isNever(pattern: string, zone: string, now: number): boolean {
  const years = pattern.trim().split(/\s+/).length > 6;
  return !years && cronOf(pattern, zone).nextRun(new Date(now)) === null;
}

function cronOf(pattern: string, zone: string): Cron {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    throw failure(`invalid zone ${JSON.stringify(zone)}: expected one such as UTC or Europe/Berlin`, {
      code: "invalid",
    });
  }
  try {
    return new Cron(pattern, { timezone: zone, paused: true });
  } catch (thrown) {
    const why = asError(thrown).message.replace(/^Cron\w+: /, "").replace(/\.$/, "");
    throw failure(
      `invalid schedule ${
        JSON.stringify(pattern)
      }: expected MINUTE HOUR DAY MONTH WEEKDAY, such as 0 7 * * 1-5; ${why}`,
      { code: "invalid" },
    );
  }
}
