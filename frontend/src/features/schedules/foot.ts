/** What the foot of a trigger says of its schedules. Pure. */

import { _, ngettext } from "@/gettext";
import { clock, day, isToday } from "@/ui/time";

import type { Schedule } from "./schedule";

/** Left and right: "2 schedules", "next 23:40 tomorrow". */
export function footOf(schedules: readonly Schedule[], now: Date, zone: string): [string, string] {
  const kept = schedules.filter((schedule) => schedule.status !== "stopped");
  if (!kept.length) return [_("No schedule yet"), ""];
  const count = ngettext("%(count)s schedule", "%(count)s schedules", kept.length);
  const next = kept
    .filter((schedule) => schedule.status === "active")
    .map((schedule) => schedule.next_run_at)
    .filter((at) => at !== null)
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  if (next) return [count, nextText(new Date(next), now, zone)];
  return [
    count,
    kept.some((schedule) => schedule.status === "active") ? _("on request") : _("paused"),
  ];
}

function nextText(at: Date, now: Date, zone: string): string {
  const time = clock(at, zone);
  if (isToday(at, now, zone)) return _("next %(time)s", { time });
  return _("next %(time)s %(day)s", { time, day: day(at, now, zone) });
}
