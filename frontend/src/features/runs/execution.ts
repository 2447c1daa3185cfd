/** What an execution says: pure reading of the API's answer. */

import { _ } from "@/gettext";
import type { Execution, ExecutionDetail, Json, JsonObject, NodeRun } from "@/types/models";
import { between, duration } from "@/ui/time";

export type { Execution, ExecutionDetail };

const ENDED = new Set(["succeeded", "failed", "cancelled", "skipped", "missed"]);

/** Whether nothing more comes of an execution, a run of a schedule, or a run of a node. */
export const hasEnded = (status: string): boolean => ENDED.has(status);

/** The version of the graph that it ran; null for runs from before there were versions. */
export function versionOf(execution: Execution): number | null {
  return (execution as { graph_version?: number | null }).graph_version ?? null;
}

/** How long it took, or has taken until `now`; undefined before it started. */
function lengthOf(
  run: Pick<Execution, "status" | "started_at" | "finished_at"> | NodeRun,
  now: Date,
): number | undefined {
  if (run.finished_at) return between(run.started_at, run.finished_at);
  if (hasEnded(run.status ?? "")) return undefined;
  return between(run.started_at, now.toISOString());
}

/** The length in words; empty before it started. */
export function lengthText(run: Parameters<typeof lengthOf>[0], now: Date): string {
  const length = lengthOf(run, now);
  return length === undefined ? "" : duration(length);
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The event that started it, as an object. */
function eventOf(execution: Execution): JsonObject {
  const event = (execution as { event?: unknown }).event;
  return isObject(event) ? event : {};
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** Who or what started it: a schedule's name, a person, a webhook. */
export function startedBy(execution: Execution): string {
  const event = eventOf(execution);
  if (execution.trigger_type === "schedule") return text(event.schedule_name) || _("a schedule");
  if (execution.trigger_type === "webhook") return _("a webhook");
  if (!event.started_by) return execution.parent ? _("another workflow") : _("hand");
  const person = text(event.started_by);
  return event.is_test === true ? _("%(person)s, as a test", { person }) : person;
}

/** How late a tick of a schedule started, in words; empty for other starts. */
export function lateness(execution: Execution): string {
  const event = eventOf(execution);
  const due = text(event.scheduled_for);
  const late = due ? between(due, text(event.fired_at)) : undefined;
  if (late === undefined || event.origin === "manual") return "";
  return _("%(time)s late", { time: duration(late) });
}

/** The newer answer, with the node runs of the older one kept where nothing can have changed. */
export function updated(
  before: ExecutionDetail | null,
  after: ExecutionDetail,
): ExecutionDetail {
  if (before?.id !== after.id) return after;
  const known = new Map(before.node_runs.map((run) => [run.sequence, run]));
  return {
    ...after,
    node_runs: after.node_runs.map((run) => {
      const old = known.get(run.sequence);
      return old && old.status === run.status && hasEnded(run.status ?? "") ? old : run;
    }),
  };
}
