/** How the shown run marks nodes and edges of the drawing. */

import type { ExecutionDetail, NodeRun } from "@/types/models";

import type { GraphEdge } from "./model";

export type Mark = "ok" | "bad" | "busy" | "off";

const MARKS: Record<string, Mark> = { succeeded: "ok", failed: "bad", running: "busy" };

/** A node: as its run went; "off" where the flow did not come (yet). */
export function nodeMark(run: NodeRun | undefined): Mark {
  return MARKS[run?.status ?? ""] ?? "off";
}

/** An edge: passed, being passed, not taken, or not reached yet (null). */
export function edgeMark(
  edge: GraphEdge,
  runs: ReadonlyMap<string, NodeRun>,
): "done" | "live" | "off" | null {
  if (edge.kind === "tool") return null;
  const [source, target] = [runs.get(edge.source), runs.get(edge.target)];
  if (!source || source.status === "running") return null;
  if (source.status !== "succeeded" || source.port !== edge.source_port) return "off";
  if (!target) return null;
  if (target.status === "running") return "live";
  return target.status === "skipped" ? "off" : "done";
}

const known = new WeakMap<ExecutionDetail, ReadonlyMap<string, NodeRun>>();

/** The runs of an execution by node. */
export function runsByNode(execution: ExecutionDetail): ReadonlyMap<string, NodeRun> {
  let runs = known.get(execution);
  if (!runs) {
    runs = new Map(execution.node_runs.map((run) => [run.node_id, run]));
    known.set(execution, runs);
  }
  return runs;
}
