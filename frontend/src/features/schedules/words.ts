/** What is said after a verb: what was done, then what comes of it. Pure. */

import { _, ngettext } from "@/gettext";
import { moment } from "@/ui/time";

import type { Resumed, Schedule } from "./schedule";

export const pausedText = ({ name }: Schedule): string =>
  _("Paused %(name)s. No runs start until someone resumes it.", { name });

export function resumedText(resumed: Resumed, now: Date, zone: string): string {
  const { name, next_run_at: next, ticks_passed: passed, ticks_caught_up: made } = resumed;
  const parts = [_("Resumed %(name)s.", { name })];
  if (next) parts.push(nextText(next, now, zone));
  if (made)
    parts.push(
      _("%(runs)s to make up for %(missed)s.", { runs: runs(made), missed: missed(passed) }),
    );
  else if (passed) parts.push(notCaughtUp(passed));
  return parts.join(" ");
}

const runs = (count: number) => ngettext("%(count)s run starts", "%(count)s runs start", count);
const missed = (count: number) => ngettext("%(count)s missed run", "%(count)s missed runs", count);
const notCaughtUp = (count: number) =>
  ngettext(
    "%(count)s missed run was not caught up.",
    "%(count)s missed runs were not caught up.",
    count,
  );

export function addedText({ name, next_run_at: next }: Schedule, now: Date, zone: string): string {
  const added = _("Added %(name)s.", { name });
  return next ? `${added} ${nextText(next, now, zone)}` : added;
}

const nextText = (next: string, now: Date, zone: string): string =>
  _("Next run %(time)s.", { time: moment(new Date(next), now, zone) });
