/** Which connections are possible, and why others are not. Mirrors `workflows/graph.py`. */

import type { NodeType } from "@/types/models";

import { indexOf, isAttached, isStep } from "./lookup";
import {
  edgeKey,
  type Graph,
  type GraphEdge,
  type GraphNode,
  MAX_EDGES,
  MAX_TOOLS,
  nameOf,
  nodeOf,
  TOOL,
} from "./model";
import { portsOf } from "./ports";
import { toolNameRefusal } from "./tools";

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
  return edge.kind === TOOL
    ? toolRefusal(graph, source, target, typeOf)
    : flowRefusal(graph, edge, source, target, typeOf);
}

function toolRefusal(
  graph: Graph,
  tool: GraphNode,
  agent: GraphNode,
  typeOf: TypeOf,
): string | null {
  const [from, to] = [typeOf(tool.component_type), typeOf(agent.component_type)];
  if (!to?.takes_tools) return `${to?.label ?? "This node"} does not take tools.`;
  if (!from?.can_be_tool) return `${from?.label ?? "This node"} cannot be a tool.`;
  const tools = indexOf(graph).toolsOf.get(agent.node_id) ?? [];
  if (tools.length >= MAX_TOOLS) return `An agent has at most ${MAX_TOOLS} tools.`;
  if (isStep(graph, tool.node_id)) {
    return `${nameOf(tool)} is a step already. A tool has no other connections.`;
  }
  return toolNameRefusal(graph, tool, agent, typeOf);
}

function flowRefusal(
  graph: Graph,
  edge: GraphEdge,
  source: GraphNode,
  target: GraphNode,
  typeOf: TypeOf,
): string | null {
  const [from, onto] = [nameOf(source), nameOf(target)];
  if (typeOf(target.component_type)?.kind === "trigger") {
    return "A trigger starts the workflow, so nothing can lead to it.";
  }
  if (!portsOf(source, typeOf(source.component_type)).includes(edge.source_port)) {
    return `${from} has no branch “${edge.source_port}”.`;
  }
  if (isAttached(graph, edge.source)) return `${from} is a tool of an agent, so no step follows it.`;
  if (isAttached(graph, edge.target)) return `${onto} is a tool of an agent, so no step leads to it.`;
  if (reaches(graph, edge.target, edge.source)) {
    return `This would create a loop through “${from}”.`;
  }
  return null;
}

/** Whether the flow can go from one node to another. */
export function reaches(graph: Graph, from: string, to: string): boolean {
  return downstream(graph, from).has(to);
}

/** `nodeId` and every node that the flow can reach from it. */
export function downstream(graph: Graph, nodeId: string): Set<string> {
  const { outgoing } = indexOf(graph);
  const found = new Set([nodeId]);
  for (const id of found) {
    for (const edge of outgoing.get(id) ?? []) found.add(edge.target);
  }
  return found;
}

/** The nodes from which the flow can reach `nodeId`: their outputs are known to it. */
export function upstream(graph: Graph, nodeId: string): Set<string> {
  const { incoming } = indexOf(graph);
  const found = new Set<string>();
  const ahead = [nodeId];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    for (const edge of incoming.get(id) ?? []) {
      if (!found.has(edge.source)) {
        found.add(edge.source);
        ahead.push(edge.source);
      }
    }
  }
  return found;
}
