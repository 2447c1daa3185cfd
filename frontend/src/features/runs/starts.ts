/** Where a workflow can be started by hand. Pure, but for the requests at the end. */

import { post } from "@/api/client";
import type { Schedule } from "@/features/schedules/schedule";
import { type Graph, nameOf } from "@/features/workflows/graph/model";
import { _ } from "@/gettext";
import { rowAddress } from "@/page";
import type { Execution, Json, JsonObject } from "@/types/models";

export type Start =
  /** At a manual trigger, with a payload. */
  | { kind: "manual"; nodeId: string }
  /** One of these schedules, now. */
  | { kind: "schedule"; schedules: readonly Schedule[] }
  /** At a schedule trigger with a made-up event. */
  | { kind: "test"; nodeId: string };

export interface StartChoice {
  key: string;
  start: Start;
  name: string;
  help: string;
  /** Whether it is in the saved graph. One that is not can only run after a save. */
  isSaved: boolean;
}

/** The ways to start, the likeliest first: manual triggers, a schedule, tests of its trigger. */
export function startsOf(graph: Graph, schedules: readonly Schedule[]): StartChoice[] {
  const nodes = graph.nodes.filter((node) => node.is_active);
  const manual = nodes.filter((node) => node.component_type === "trigger_manual");
  const timed = nodes.filter((node) => node.component_type === "trigger_schedule");
  const timedIds = new Set(timed.map((node) => node.node_id));
  const startable = schedules.filter(
    ({ status, awaits_approval: awaitsApproval, start_node: node }) =>
      status !== "stopped" && !awaitsApproval && timedIds.has(node ?? ""),
  );
  return [
    ...manual.map((node) => ({
      key: `manual ${node.node_id}`,
      start: { kind: "manual" as const, nodeId: node.node_id },
      name: nameOf(node),
      help: _("Starts at this manual trigger, with a payload."),
      isSaved: node.id !== undefined,
    })),
    ...(startable.length ? [scheduleChoice(startable)] : []),
    ...timed.map((node) => ({
      key: `test ${node.node_id}`,
      start: { kind: "test" as const, nodeId: node.node_id },
      name: _("Test start at %(node)s", { node: nameOf(node) }),
      help: _("Starts at this schedule trigger with a made-up event. No schedule records it."),
      isSaved: node.id !== undefined,
    })),
  ];
}

const scheduleChoice = (schedules: readonly Schedule[]): StartChoice => ({
  key: "schedule",
  start: { kind: "schedule", schedules },
  name: _("Run a schedule now"),
  help: _("An additional run, on the record of the schedule; its next run stays."),
  isSaved: true,
});

export const startAt = (workflowId: string, start_at: string, payload: JsonObject) =>
  post<Execution>(rowAddress("workflows", workflowId, "run/"), { payload, start_at });

/** The event with which a run would start. */
export async function eventOfStart(
  workflowId: string,
  start_at: string,
  payload: JsonObject,
): Promise<Json> {
  const address = rowAddress("workflows", workflowId, "run/?dry_run=true");
  return (await post<{ event: Json }>(address, { payload, start_at })).event;
}
