/** Times and durations in words. Pure: the clock and the zone are given. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "0 ms", "350 ms", "1.8 s", "29 s", "1 min 5 s", "2 h 18 min", "3 d 4 h". */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < SECOND) return `${ms} ms`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(ms / HOUR);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;
}

/** "in 2 h 18 min", "5 min ago"; "now" within a second. */
export function relative(at: Date, now: Date): string {
  const ahead = at.getTime() - now.getTime();
  if (Math.abs(ahead) < SECOND) return "now";
  const length = duration(Math.max(SECOND, Math.round(Math.abs(ahead) / SECOND) * SECOND));
  const whole = length.replace(/\.\d/, "");
  return ahead > 0 ? `in ${whole}` : `${whole} ago`;
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

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let made = FORMATS.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", { timeZone: knownZone(zone), ...options });
    FORMATS.set(key, made);
  }
  return made;
}

/** "23:40" on the clock of the zone. */
export function clock(at: Date, zone: string, seconds = false): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) options.second = "2-digit";
  return format(zone, options).format(at);
}

/** The calendar day in the zone, as a number of days. */
function dayOf(at: Date, zone: string): number {
  const iso = format(zone, { year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(at)
    .reduce<Record<string, string>>((all, part) => ({ ...all, [part.type]: part.value }), {});
  return Date.UTC(Number(iso.year), Number(iso.month) - 1, Number(iso.day)) / DAY;
}

/** "today", "tomorrow", "yesterday", "Sun 29 Mar", "Sun 29 Mar 2027" in another year. */
export function day(at: Date, now: Date, zone: string): string {
  const ahead = dayOf(at, zone) - dayOf(now, zone);
  if (ahead === 0) return "today";
  if (ahead === 1) return "tomorrow";
  if (ahead === -1) return "yesterday";
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  const year = (each: Date) => format(zone, { year: "numeric" }).format(each);
  if (year(at) !== year(now)) options.year = "numeric";
  return format(zone, options).format(at).replace(",", "");
}

/** "tomorrow, 23:40"; the time alone today. */
export function moment(at: Date, now: Date, zone: string): string {
  const name = day(at, now, zone);
  return name === "today" ? clock(at, zone) : `${name}, ${clock(at, zone)}`;
}

/** All of it, for the title: "Sun 29 Mar 2026, 03:00:00 Europe/Berlin (01:00:00 UTC)". */
export function exact(at: Date, zone: string): string {
  const known = knownZone(zone);
  const date = format(known, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const local = `${date.format(at).replace(",", "")}, ${clock(at, known, true)} ${known}`;
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
