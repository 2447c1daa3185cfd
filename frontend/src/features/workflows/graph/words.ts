/** Nodes and edges in words: their accessible names, and what is said after a change. */

import type { TypeOf } from "./connect";
import { indexOf, isAttached } from "./lookup";
import { type Graph, type GraphEdge, type GraphNode, nameOf, TOOL } from "./model";
import { flowOrder } from "./order";
import { drawnPorts } from "./ports";

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
  const { byId, agentsOf, toolsOf } = indexOf(graph);
  const node = byId.get(nodeId);
  if (!node) return nodeId;
  const parts = [nameOf(node), typeOf(node.component_type)?.label ?? node.component_type];
  const agents = agentsOf.get(nodeId) ?? [];
  if (agents.length) {
    parts.push(`tool of ${agents.map((edge) => nameIn(graph, edge.target)).join(" and ")}`);
  } else {
    parts.push(`step ${step}`);
  }
  parts.push(...waysInWords(graph, node, typeOf));
  const tools = toolsOf.get(nodeId)?.length ?? 0;
  if (tools) parts.push(tools === 1 ? "has 1 tool" : `has ${tools} tools`);
  if (!node.is_active) parts.push("switched off");
  return parts.join(", ");
}

/** "leads to Write"; by branch where there are several: "some leads to Send". */
function waysInWords(graph: Graph, node: GraphNode, typeOf: TypeOf): string[] {
  const edges = indexOf(graph).outgoing.get(node.node_id) ?? [];
  const names = (own: readonly GraphEdge[]) =>
    own.map((edge) => nameIn(graph, edge.target)).join(" and ");
  const ports = drawnPorts(graph, node, typeOf(node.component_type));
  if (isAttached(graph, node.node_id)) return [];
  if (ports.length < 2) return edges.length ? [`leads to ${names(edges)}`] : [];
  return ports.map((port) => {
    const own = edges.filter((edge) => edge.source_port === port);
    return own.length ? `${port} leads to ${names(own)}` : `${port} leads nowhere yet`;
  });
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
