/** What the foot of a trigger says of its schedules. Pure. */

import { clock, day } from "@/ui/time";

import type { Schedule } from "./schedule";

/** Left and right: "2 schedules", "next 23:40 tomorrow". */
export function footOf(schedules: readonly Schedule[], now: Date, zone: string): [string, string] {
  const kept = schedules.filter((schedule) => schedule.status !== "stopped");
  if (!kept.length) return ["No schedule yet", ""];
  const count = kept.length === 1 ? "1 schedule" : `${kept.length} schedules`;
  const next = kept
    .filter((schedule) => schedule.status === "active")
    .map((schedule) => schedule.next_run_at)
    .filter((at) => at !== null)
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  if (next) return [count, nextText(new Date(next), now, zone)];
  return [count, kept.some((schedule) => schedule.status === "active") ? "on request" : "paused"];
}

function nextText(at: Date, now: Date, zone: string): string {
  const name = day(at, now, zone);
  return `next ${clock(at, zone)}${name === "today" ? "" : ` ${name}`}`;
}
