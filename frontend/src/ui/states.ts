/**
 * How each state is shown: shape, word and colour. The one table for schedules, runs and nodes;
 * section 6 of the design guide.
 */

import { _, ngettext } from "@/gettext";
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
  pending: quiet("busy", "queued", _("Queued")),
  waiting: quiet("busy", "waiting", _("Waiting")),
  running: quiet("busy", "running", _("Running")),
  succeeded: quiet("ok", "succeeded", _("Succeeded")),
  failed: quiet("bad", "failed", _("Failed")),
  cancelled: quiet("idle", "cancelled", _("Cancelled")),
  skipped: quiet("idle", "skipped", _("Skipped")),
  missed: quiet("warn", "missed", _("Missed")),
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
  if (schedule.status === "stopped") return quiet("idle", "ended", _("Ended"));
  if (schedule.status === "paused") {
    return schedule.awaits_approval
      ? { tone: "agent", shape: "proposed", word: _("Needs approval"), loud: true }
      : { tone: "idle", shape: "paused", word: _("Paused"), loud: true };
  }
  const late = schedule.next_run_at ? now.getTime() - Date.parse(schedule.next_run_at) : 0;
  if (late > OVERDUE_MS) {
    const word = _("Overdue by %(time)s", { time: duration(late) });
    return { tone: "warn", shape: "overdue", word, loud: true };
  }
  const failures = schedule.consecutive_failures;
  if (failures >= FAILING) {
    const word = _("Failing, %(failures)s in a row", { failures });
    return { tone: "bad", shape: "failing", word, loud: true };
  }
  return quiet("ok", "active", _("Active"));
}

const REASONS: Record<string, string> = {
  by_user: _("by a person"),
  by_agent: _("by an agent"),
  by_system: _("by the site"),
  proposal: _("proposed by an agent"),
  failures: _("by itself: too many failures in a row"),
  cannot_run: _("by itself: its runs cannot succeed"),
  cannot_fire: _("by itself: it could not be started"),
  completed: _("completed"),
  missed: _("its run was too late"),
  end_reached: _("end date passed"),
  limit_reached: _("out of runs"),
  node_deleted: _("its trigger node was deleted"),
};

/** Why a schedule is as it is, in words; empty if there is nothing to say. */
export function reasonOf(
  schedule: Pick<ScheduledJob, "reason_code" | "status_reason" | "consecutive_failures">,
  person?: string,
): string {
  const { reason_code: code, status_reason: note } = schedule;
  if (!code) return note;
  if (code === "by_user") {
    if (note) return `${person || REASONS.by_user}: ${note}`;
    return person ? _("by %(person)s", { person }) : (REASONS.by_user ?? "");
  }
  if (code === "failures") {
    const { consecutive_failures: count } = schedule;
    return ngettext(
      "by itself: %(count)s failure",
      "by itself: %(count)s failures in a row",
      count,
    );
  }
  const reason = REASONS[code] ?? code;
  return note && code !== "proposal" ? `${reason}: ${note}` : reason;
}

const RUN_REASONS: Record<string, string> = {
  overlap: _("previous run still going"),
  paused: _("paused"),
  edited: _("schedule was changed"),
  limit: _("run limit reached"),
  window: _("later than the catch-up window"),
  policy: _("not caught up"),
  stopped: _("schedule was deleted"),
  replaced: _("replaced by a newer run"),
};

/** Why a run of a schedule did not run to its end; empty if there is nothing to say. */
export function runReason(reason: string): string {
  return RUN_REASONS[reason] ?? reason;
}
