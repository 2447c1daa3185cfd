/** Which connections are possible, and why others are not. Mirrors `workflows/graph.py`. */

import { _ } from "@/gettext";
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
  if (!source || !target) return _("One of the two nodes is gone.");
  if (edge.source === edge.target) return _("A node cannot be connected to itself.");
  if (graph.edges.some((each) => edgeKey(each) === edgeKey(edge))) {
    return _("These two are connected already.");
  }
  if (graph.edges.length >= MAX_EDGES) return _("A workflow has at most %(most)s connections.", { most: MAX_EDGES });
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
  if (!to?.takes_tools) return _("%(node)s does not take tools.", { node: to?.label ?? _("This node") });
  if (!from?.can_be_tool) return _("%(node)s cannot be a tool.", { node: from?.label ?? _("This node") });
  const tools = indexOf(graph).toolsOf.get(agent.node_id) ?? [];
  if (tools.length >= MAX_TOOLS) return _("An agent has at most %(most)s tools.", { most: MAX_TOOLS });
  if (isStep(graph, tool.node_id)) {
    return _("%(tool)s is a step already. A tool has no other connections.", { tool: nameOf(tool) });
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
    return _("A trigger starts the workflow, so nothing can lead to it.");
  }
  if (!portsOf(source, typeOf(source.component_type)).includes(edge.source_port)) {
    return _("%(node)s has no branch “%(port)s”.", { node: from, port: edge.source_port });
  }
  if (isAttached(graph, edge.source)) {
    return _("%(node)s is a tool of an agent, so no step follows it.", { node: from });
  }
  if (isAttached(graph, edge.target)) {
    return _("%(node)s is a tool of an agent, so no step leads to it.", { node: onto });
  }
  if (reaches(graph, edge.target, edge.source)) {
    return _("This would create a loop through “%(node)s”.", { node: from });
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
