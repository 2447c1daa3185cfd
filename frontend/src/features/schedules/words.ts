/** What is said after a verb: what was done, then what comes of it. Pure. */

import { moment } from "@/ui/time";

import type { Resumed, Schedule } from "./schedule";

export const pausedText = ({ name }: Schedule): string =>
  `Paused ${name}. No runs start until someone resumes it.`;

export function resumedText(resumed: Resumed, now: Date, zone: string): string {
  const { name, next_run_at: next, ticks_passed: passed, ticks_caught_up: made } = resumed;
  const parts = [`Resumed ${name}.`];
  if (next) parts.push(`Next run ${moment(new Date(next), now, zone)}.`);
  if (made) parts.push(`${runs(made)} to make up for ${missed(passed)}.`);
  else if (passed) parts.push(`${missed(passed)} ${passed === 1 ? "was" : "were"} not caught up.`);
  return parts.join(" ");
}

const runs = (count: number) => (count === 1 ? "1 run starts" : `${count} runs start`);
const missed = (count: number) => (count === 1 ? "1 missed run" : `${count} missed runs`);

export function addedText({ name, next_run_at: next }: Schedule, now: Date, zone: string): string {
  const when = next ? ` Next run ${moment(new Date(next), now, zone)}.` : "";
  return `Added ${name}.${when}`;
}
