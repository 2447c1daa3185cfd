/**
 * How each state is shown: shape, word and colour. The one table for schedules, runs and nodes;
 * section 6 of the design guide.
 */

import type { ScheduledJob } from "@/types/models";

import type { Look } from "./State";
import { duration } from "./time";

export interface Shown extends Look {
  word: string;
  /** Whether it stands on a ground: what a person may have to act on. */
  loud: boolean;
}

const quiet = (tone: Look["tone"], shape: string, word: string): Shown => ({
  tone,
  shape,
  word,
  loud: false,
});

const RUNS: Record<string, Shown> = {
  pending: quiet("busy", "queued", "Queued"),
  waiting: quiet("busy", "waiting", "Waiting"),
  running: quiet("busy", "running", "Running"),
  succeeded: quiet("ok", "succeeded", "Succeeded"),
  failed: quiet("bad", "failed", "Failed"),
  cancelled: quiet("idle", "cancelled", "Cancelled"),
  skipped: quiet("idle", "skipped", "Skipped"),
  missed: quiet("warn", "missed", "Missed"),
};

/** A run of a schedule, an execution, or what an execution did at one node. */
export function runState(status: string): Shown {
  return RUNS[status] ?? quiet("idle", "queued", status);
}

const OVERDUE_MS = 30_000;
const FAILING = 2;

type Stateful = Pick<
  ScheduledJob,
  "status" | "awaits_approval" | "next_run_at" | "consecutive_failures"
>;

/** A schedule at this time. Overdue outranks failing, failing outranks active. */
export function scheduleState(schedule: Stateful, now: Date): Shown {
  if (schedule.status === "stopped") return quiet("idle", "ended", "Ended");
  if (schedule.status === "paused") {
    return schedule.awaits_approval
      ? { tone: "agent", shape: "proposed", word: "Needs approval", loud: true }
      : { tone: "idle", shape: "paused", word: "Paused", loud: true };
  }
  const late = schedule.next_run_at ? now.getTime() - Date.parse(schedule.next_run_at) : 0;
  if (late > OVERDUE_MS) {
    return { tone: "warn", shape: "overdue", word: `Overdue by ${duration(late)}`, loud: true };
  }
  const failures = schedule.consecutive_failures;
  if (failures >= FAILING) {
    return { tone: "bad", shape: "failing", word: `Failing, ${failures} in a row`, loud: true };
  }
  return quiet("ok", "active", "Active");
}

const REASONS: Record<string, string> = {
  by_user: "by a person",
  by_agent: "by an agent",
  by_system: "by the site",
  proposal: "proposed by an agent",
  failures: "by itself: too many failures in a row",
  cannot_run: "by itself: its runs cannot succeed",
  cannot_fire: "by itself: it could not be started",
  completed: "completed",
  missed: "its run was too late",
  end_reached: "end date passed",
  limit_reached: "out of runs",
  node_deleted: "its trigger node was deleted",
};

/** Why a schedule is as it is, in words; empty if there is nothing to say. */
export function reasonOf(
  schedule: Pick<ScheduledJob, "reason_code" | "status_reason" | "consecutive_failures">,
  person?: string,
): string {
  const { reason_code: code, status_reason: note } = schedule;
  if (!code) return note;
  if (code === "by_user") {
    const who = person || REASONS.by_user;
    return note ? `${who}: ${note}` : `${person ? "by " : ""}${who}`;
  }
  if (code === "failures") return `by itself: ${schedule.consecutive_failures} failures in a row`;
  const reason = REASONS[code] ?? code;
  return note && code !== "proposal" ? `${reason}: ${note}` : reason;
}

const RUN_REASONS: Record<string, string> = {
  overlap: "previous run still going",
  paused: "paused",
  edited: "schedule was changed",
  limit: "run limit reached",
  window: "later than the catch-up window",
  policy: "not caught up",
  stopped: "schedule was deleted",
  replaced: "replaced by a newer run",
};

/** Why a run of a schedule did not run to its end; empty if there is nothing to say. */
export function runReason(reason: string): string {
  return RUN_REASONS[reason] ?? reason;
}
