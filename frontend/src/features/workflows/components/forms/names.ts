/** The names that the templates of a node see, with their values in the last run. */

import type { Json } from "@/types/models";

import { type Known, type Names, UNKNOWN } from "../../graph/completion";
import { upstream } from "../../graph/connect";
import { type Graph, TOOL } from "../../graph/model";
import { graphOf, useEditor } from "../../store/editor";
import { type LastRun, useLastRun } from "../../lastRun";

/** The names at a node of a graph. The templates of a tool see what its agent sees. */
function namesAt(graph: Graph, nodeId: string, run: LastRun): Names {
  const agents = graph.edges.filter((edge) => edge.kind === TOOL && edge.source === nodeId);
  const before = new Set(
    [nodeId, ...agents.map((edge) => edge.target)].flatMap((id) => [...upstream(graph, id)]),
  );
  const isTrigger = new Set(graph.nodes.filter((node) => node.component_type.startsWith("trigger_")).map((node) => node.node_id));
  const outputs = new Map(run?.node_runs.map((each) => [each.node_id, each.output]));
  const nodes: Record<string, Known> = {};
  for (const id of before) {
    if (isTrigger.has(id) && !outputs.has(id)) continue;
    nodes[id] = { output: (outputs.get(id) as Json | undefined) ?? UNKNOWN };
  }
  const trigger = (run?.event as Json | undefined) ?? { payload: UNKNOWN };
  return {
    trigger: trigger as Known,
    nodes,
    site: { url: window.location.origin },
    execution: { id: run?.id ?? UNKNOWN },
  };
}

export const currentNames = (nodeId: string): Names =>
  namesAt(graphOf(useEditor.getState()), nodeId, useLastRun.getState().run);
