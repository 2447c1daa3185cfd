/** What the shown run did at an edge of the drawing. */

import type { ExecutionDetail } from "@/types/models";

interface FlowEdge {
  source: string;
  target: string;
  source_port: string;
  kind: string;
}

export type EdgeRun = "done" | "live" | "off" | null;

/**
 * "done" where the run passed, "live" where it is under way, "off" where it did not go; null
 * while that is open, and for edges of tools.
 */
export function edgeRun(execution: ExecutionDetail | null, edge: FlowEdge): EdgeRun {
  if (!execution || edge.kind !== "flow") return null;
  const run = (id: string) => execution.node_runs.find((each) => each.node_id === id);
  const source = run(edge.source);
  if (source?.status !== "succeeded") return null;
  if (source.port && source.port !== edge.source_port) return "off";
  const target = run(edge.target);
  if (!target) return null;
  if (target.status === "skipped") return "off";
  return target.status === "running" ? "live" : "done";
}
