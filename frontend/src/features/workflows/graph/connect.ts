/** Which connections are possible, and why others are not. Mirrors `workflows/graph.py`. */

import type { NodeType } from "@/types/models";

import {
  edgeKey,
  type Graph,
  type GraphEdge,
  MAX_EDGES,
  MAX_TOOLS,
  nameOf,
  nodeOf,
} from "./model";

export type TypeOf = (componentType: string) => NodeType | undefined;

/** The reason why `edge` cannot be drawn, as a sentence; null if it can. */
export function refusal(graph: Graph, edge: GraphEdge, typeOf: TypeOf): string | null {
  const source = nodeOf(graph, edge.source);
  const target = nodeOf(graph, edge.target);
  if (!source || !target) return "One of the two nodes is gone.";
  if (edge.source === edge.target) return "A node cannot be connected to itself.";
  if (graph.edges.some((each) => edgeKey(each) === edgeKey(edge))) {
    return "These two are connected already.";
  }
  if (graph.edges.length >= MAX_EDGES) return `A workflow has at most ${MAX_EDGES} connections.`;
  const [from, to] = [typeOf(source.component_type), typeOf(target.component_type)];
  return edge.kind === "tool"
    ? toolRefusal(graph, edge, from, to)
    : flowRefusal(graph, edge, to, nameOf(source), nameOf(target));
}

function toolRefusal(
  graph: Graph,
  edge: GraphEdge,
  from: NodeType | undefined,
  to: NodeType | undefined,
): string | null {
  if (!to?.takes_tools) return `${to?.label ?? "This node"} does not take tools.`;
  if (!from?.can_be_tool) return `${from?.label ?? "This node"} cannot be a tool.`;
  const tools = graph.edges.filter((each) => each.kind === "tool" && each.target === edge.target);
  if (tools.length >= MAX_TOOLS) return `An agent has at most ${MAX_TOOLS} tools.`;
  if (graph.edges.some((each) => each.kind === "flow" && touches(each, edge.source))) {
    return "This node is a step already. A tool has no other connections.";
  }
  return null;
}

function flowRefusal(
  graph: Graph,
  edge: GraphEdge,
  to: NodeType | undefined,
  from: string,
  onto: string,
): string | null {
  if (to?.kind === "trigger") return "A trigger starts the workflow, so nothing can lead to it.";
  const isTool = (id: string) =>
    graph.edges.some((each) => each.kind === "tool" && each.source === id);
  if (isTool(edge.source)) return `${from} is a tool of an agent, so no step follows it.`;
  if (isTool(edge.target)) return `${onto} is a tool of an agent, so no step leads to it.`;
  if (reaches(graph, edge.target, edge.source)) {
    return `${onto} leads to ${from} already: the workflow would run in a circle.`;
  }
  return null;
}

const touches = (edge: GraphEdge, id: string) => edge.source === id || edge.target === id;

/** Whether the flow can go from one node to another. */
export function reaches(graph: Graph, from: string, to: string): boolean {
  const seen = new Set([from]);
  const ahead = [from];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    if (id === to) return true;
    for (const edge of graph.edges) {
      if (edge.kind === "flow" && edge.source === id && !seen.has(edge.target)) {
        seen.add(edge.target);
        ahead.push(edge.target);
      }
    }
  }
  return false;
}

/** The nodes from which the flow can reach `nodeId`: their outputs are known to it. */
export function upstream(graph: Graph, nodeId: string): Set<string> {
  const found = new Set<string>();
  const ahead = [nodeId];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    for (const edge of graph.edges) {
      const leadsHere = edge.target === id && edge.kind === "flow";
      if (leadsHere && !found.has(edge.source)) {
        found.add(edge.source);
        ahead.push(edge.source);
      }
    }
  }
  return found;
}
