/** Schedules as the canvas reads them, and the verbs of the API. Every failure is an `ApiError`. */

import { get, post, request } from "@/api/client";
import { page, rowAddress } from "@/page";
import type { Json, ScheduledJob, ScheduleRun } from "@/types/models";

export type Schedule = ScheduledJob & {
  /** The `node_id` at which it starts; null if no node accepts it. */
  start_node?: string | null;
};

/** Whether the user may: buttons that one may not use are not there. The server checks it as well. */
export function may(verb: "pause" | "resume" | "run", schedule: Schedule): boolean {
  const { user_id: userId, verbs } = page();
  return String(schedule.owner) === userId || verbs[verb];
}

/** Whether its next run should begin by now, so that what is shown of it will soon be old. */
export function isDue({ status, next_run_at: next }: Schedule, now: Date): boolean {
  return status === "active" && next !== null && Date.parse(next) <= now.getTime();
}

export type CatchUp = "none" | "latest" | "all";

const PAGE_SIZE = 200;
/** At most so many pages are read: 1,000 schedules of one workflow. */
const MOST_PAGES = 5;

export interface Found {
  schedules: Schedule[];
  /** Whether there are more than were read. */
  areMore: boolean;
}

interface Page {
  results: Schedule[];
  next: string | null;
}

/** The schedules of a workflow by name, up to the bound. */
export async function loadSchedules(workflowId: string): Promise<Found> {
  const address = page().addresses.schedules;
  const query = new URLSearchParams({
    workflow: workflowId,
    ordering: "name",
    page_size: String(PAGE_SIZE),
  });
  const schedules: Schedule[] = [];
  let search: string | null = `?${query}`;
  for (let read = 0; search !== null && read < MOST_PAGES; read += 1) {
    const found: Page = await get<Page>(address + search);
    schedules.push(...found.results);
    search = found.next === null ? null : queryOf(found.next);
  }
  return { schedules, areMore: search !== null };
}

/** The query of the address of a next page. Its host is the one the server believes it has. */
export const queryOf = (address: string): string => new URL(address, location.href).search;

export const pauseSchedule = (id: string, note: string): Promise<Schedule> =>
  post<Schedule>(rowAddress("schedules", id, "pause/"), note ? { note } : {});

export type Resumed = Schedule & { ticks_passed: number; ticks_caught_up: number };

export const resumeSchedule = (id: string, catch_up: CatchUp): Promise<Resumed> =>
  post<Resumed>(rowAddress("schedules", id, "resume/"), { catch_up });

/** How many runs were missed during the pause. */
export async function countMissed(id: string): Promise<number> {
  const address = rowAddress("schedules", id, "resume/?dry_run=true");
  const { after } = await post<{ after: Resumed }>(address, { catch_up: "none" });
  return after.ticks_passed;
}

/** Run a schedule now. A repeated request with the same id starts one run. */
export const runNow = (id: string, request_id: string): Promise<ScheduleRun> =>
  post<ScheduleRun>(rowAddress("schedules", id, "run/"), { request_id });

/** Who paused a schedule last; empty if nobody did, or nobody is known. */
export async function whoPaused(id: string, signal?: AbortSignal): Promise<string> {
  const address = rowAddress("schedules", id, "events/?verb=pause&page_size=1");
  const found = await get<{ results: { actor_name: string }[] }>(address, signal);
  return found.results[0]?.actor_name ?? "";
}

/** The newest run of a schedule. */
export async function newestRun(id: string): Promise<ScheduleRun | undefined> {
  const address = rowAddress("schedules", id, "runs/?page_size=1");
  return (await get<{ results: ScheduleRun[] }>(address)).results[0];
}

export type NewSchedule = { [field: string]: Json };

export const addSchedule = (body: NewSchedule): Promise<Schedule> =>
  post<Schedule>(page().addresses.schedules, body);

export interface Tick {
  scheduled_for: string;
  local: string;
  moved_by_gap: boolean;
  first_of_two: boolean;
}

export interface Preview {
  text: string;
  timezone: string;
  ticks: Tick[];
}

export async function previewSchedule(body: NewSchedule, signal: AbortSignal): Promise<Preview> {
  const address = page().addresses.schedules_preview;
  return (await request<Preview>("POST", address, { body: { ...body, count: 5 }, signal })).data;
}
