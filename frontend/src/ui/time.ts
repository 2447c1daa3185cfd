/** Times and durations in words. Pure: the clock and the zone are given. */

import { _, LANGUAGE } from "@/gettext";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = {
  ms: (number: string | number) => _("%(number)s ms", { number }),
  s: (number: string | number) => _("%(number)s s", { number }),
  min: (number: string | number) => _("%(number)s min", { number }),
  h: (number: string | number) => _("%(number)s h", { number }),
  d: (number: string | number) => _("%(number)s d", { number }),
};
type Unit = keyof typeof UNITS;

/** "0 ms", "350 ms", "1.8 s", "29 s", "1 min 5 s", "2 h 18 min", "3 d 4 h". */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < SECOND) return UNITS.ms(ms);
  if (ms < 9_950) return UNITS.s(tenths(ms / SECOND));
  return wholeDuration(ms);
}

function wholeDuration(ms: number): string {
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return UNITS.s(seconds);
  if (seconds < 3600) return pair(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(ms / HOUR);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

const tenths = (value: number): string =>
  value.toLocaleString(LANGUAGE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function pair(large: number, largeUnit: Unit, small: number, smallUnit: Unit): string {
  const first = UNITS[largeUnit](large);
  return small ? `${first} ${UNITS[smallUnit](small)}` : first;
}

/** "in 2 h 18 min", "5 min ago"; "now" within a second. */
export function relative(at: Date, now: Date): string {
  const ahead = at.getTime() - now.getTime();
  if (Math.abs(ahead) < SECOND) return _("now");
  const time = wholeDuration(Math.max(SECOND, Math.abs(ahead)));
  return ahead > 0 ? _("in %(time)s", { time }) : _("%(time)s ago", { time });
}

/** The zone, or UTC where this browser does not know it. */
function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function format(
  zone: string,
  options: Intl.DateTimeFormatOptions,
  language = LANGUAGE,
): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${JSON.stringify(options)}`;
  let made = FORMATS.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language, { timeZone: knownZone(zone), ...options });
    FORMATS.set(key, made);
  }
  return made;
}

/** "23:40" on the clock of the zone. */
export function clock(at: Date, zone: string, seconds = false): string {
  const options: Intl.DateTimeFormatOptions = {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  };
  if (seconds) options.second = "2-digit";
  return format(zone, options).format(at);
}

/** The calendar day in the zone, as a number of days. */
function dayOf(at: Date, zone: string): number {
  const iso = format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }, "en-GB")
    .formatToParts(at)
    .reduce<Record<string, string>>((all, part) => ({ ...all, [part.type]: part.value }), {});
  return Date.UTC(Number(iso.year), Number(iso.month) - 1, Number(iso.day)) / DAY;
}

export const isToday = (at: Date, now: Date, zone: string): boolean =>
  dayOf(at, zone) === dayOf(now, zone);

/** "today", "tomorrow", "yesterday", "Sun 29 Mar", "Sun 29 Mar 2027" in another year. */
export function day(at: Date, now: Date, zone: string): string {
  const ahead = dayOf(at, zone) - dayOf(now, zone);
  if (ahead === 0) return _("today");
  if (ahead === 1) return _("tomorrow");
  if (ahead === -1) return _("yesterday");
  const year = (each: Date) => format(zone, { year: "numeric" }).format(each);
  return date(at, zone, year(at) !== year(now));
}

function date(at: Date, zone: string, hasYear: boolean): string {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  if (hasYear) options.year = "numeric";
  const text = format(zone, options).format(at);
  return LANGUAGE === "en-GB" ? text.replace(",", "") : text;
}

/** "tomorrow, 23:40"; the time alone today. */
export function moment(at: Date, now: Date, zone: string): string {
  const time = clock(at, zone);
  return isToday(at, now, zone) ? time : _("%(day)s, %(time)s", { day: day(at, now, zone), time });
}

/** All of it, for the title: "Sun 29 Mar 2026, 03:00:00 Europe/Berlin (01:00:00 UTC)". */
export function exact(at: Date, zone: string): string {
  const known = knownZone(zone);
  const time = `${clock(at, known, true)} ${known}`;
  const local = _("%(day)s, %(time)s", { day: date(at, known, true), time });
  return known === "UTC" ? local : `${local} (${clock(at, "UTC", true)} UTC)`;
}

/** Milliseconds between two times of the API; undefined while one of them is missing. */
export function between(
  from: string | null | undefined,
  to: string | null | undefined,
): number | undefined {
  if (!from || !to) return undefined;
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
