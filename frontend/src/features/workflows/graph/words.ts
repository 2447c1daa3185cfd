/** Nodes and edges in words: their accessible names, and what is said after a change. */

import type { TypeOf } from "./connect";
import { indexOf } from "./lookup";
import { type Graph, type GraphEdge, nameOf, TOOL } from "./model";
import { flowOrder } from "./order";

const nameIn = (graph: Graph, nodeId: string): string => {
  const node = indexOf(graph).byId.get(nodeId);
  return node ? nameOf(node) : nodeId;
};

/** "Fetch overdue invoices, HTTP request, step 2, leads to Draft reminders" */
export function nodeInWords(graph: Graph, nodeId: string, typeOf: TypeOf): string {
  const { byId, agentsOf, outgoing, toolsOf } = indexOf(graph);
  const node = byId.get(nodeId);
  if (!node) return nodeId;
  const parts = [nameOf(node), typeOf(node.component_type)?.label ?? node.component_type];
  const agents = agentsOf.get(nodeId) ?? [];
  if (agents.length) {
    parts.push(`tool of ${agents.map((edge) => nameIn(graph, edge.target)).join(" and ")}`);
  } else {
    parts.push(`step ${stepOf(graph, nodeId)}`);
  }
  const next = (outgoing.get(nodeId) ?? []).map((edge) => nameIn(graph, edge.target));
  if (next.length) parts.push(`leads to ${next.join(" and ")}`);
  const tools = toolsOf.get(nodeId)?.length ?? 0;
  if (tools) parts.push(tools === 1 ? "has 1 tool" : `has ${tools} tools`);
  if (!node.is_active) parts.push("switched off");
  return parts.join(", ");
}

function stepOf(graph: Graph, nodeId: string): number {
  const { agentsOf } = indexOf(graph);
  return flowOrder(graph).filter((id) => !agentsOf.has(id)).indexOf(nodeId) + 1;
}

/** "Connected a to b", and the like. */
export function edgeInWords(graph: Graph, edge: GraphEdge, verb: "Connected" | "Disconnected") {
  const [source, target] = [nameIn(graph, edge.source), nameIn(graph, edge.target)];
  const link = verb === "Connected" ? "to" : "from";
  return edge.kind === TOOL ? `${verb} the tool ${source} ${link} ${target}` : `${verb} ${source} ${link} ${target}`;
}

/** "1 node", "3 nodes and 1 note" */
export function countInWords(nodes: number, notes = 0, edges = 0): string {
  const some = (count: number, one: string) => (count === 1 ? `1 ${one}` : `${count} ${one}s`);
  const parts = [
    nodes ? some(nodes, "node") : "",
    notes ? some(notes, "note") : "",
    edges ? some(edges, "connection") : "",
  ].filter(Boolean);
  return parts.join(" and ") || "nothing";
}
