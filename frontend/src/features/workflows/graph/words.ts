/** Nodes and edges in words: their accessible names, and what is said after a change. */

import type { TypeOf } from "./connect";
import { indexOf, isAttached } from "./lookup";
import { type Graph, type GraphEdge, nameOf, TOOL } from "./model";
import { flowOrder } from "./order";

const nameIn = (graph: Graph, nodeId: string): string => {
  const node = indexOf(graph).byId.get(nodeId);
  return node ? nameOf(node) : nodeId;
};

const known = new WeakMap<Graph, ReadonlyMap<string, string>>();

/** The accessible names of all nodes, worked out once for each graph. */
export function nodesInWords(graph: Graph, typeOf: TypeOf): ReadonlyMap<string, string> {
  let words = known.get(graph);
  if (!words) {
    const steps = flowOrder(graph).filter((id) => !isAttached(graph, id));
    const places = new Map(steps.map((id, place) => [id, place + 1]));
    words = new Map(
      graph.nodes.map(({ node_id }) => [
        node_id,
        nodeInWords(graph, node_id, places.get(node_id) ?? 0, typeOf),
      ]),
    );
    known.set(graph, words);
  }
  return words;
}

/** "Fetch overdue invoices, HTTP request, step 2, leads to Draft reminders" */
function nodeInWords(graph: Graph, nodeId: string, step: number, typeOf: TypeOf) {
  const { byId, agentsOf, outgoing, toolsOf } = indexOf(graph);
  const node = byId.get(nodeId);
  if (!node) return nodeId;
  const parts = [nameOf(node), typeOf(node.component_type)?.label ?? node.component_type];
  const agents = agentsOf.get(nodeId) ?? [];
  if (agents.length) {
    parts.push(`tool of ${agents.map((edge) => nameIn(graph, edge.target)).join(" and ")}`);
  } else {
    parts.push(`step ${step}`);
  }
  const next = (outgoing.get(nodeId) ?? []).map((edge) => nameIn(graph, edge.target));
  if (next.length) parts.push(`leads to ${next.join(" and ")}`);
  const tools = toolsOf.get(nodeId)?.length ?? 0;
  if (tools) parts.push(tools === 1 ? "has 1 tool" : `has ${tools} tools`);
  if (!node.is_active) parts.push("switched off");
  return parts.join(", ");
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
