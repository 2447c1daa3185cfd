/** Nodes and edges in words: their accessible names, and what is said after a change. */

import { _, listed, ngettext } from "@/gettext";

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
    const names = listed(agents.map((edge) => nameIn(graph, edge.target)));
    parts.push(_("tool of %(names)s", { names }));
  } else {
    parts.push(_("step %(step)s", { step }));
  }
  parts.push(...waysInWords(graph, node, typeOf));
  const tools = toolsOf.get(nodeId)?.length ?? 0;
  if (tools) parts.push(ngettext("has %(count)s tool", "has %(count)s tools", tools));
  if (!node.is_active) parts.push(_("switched off"));
  return parts.join(", ");
}

/** "leads to Write"; by branch where there are several: "some leads to Send". */
function waysInWords(graph: Graph, node: GraphNode, typeOf: TypeOf): string[] {
  const edges = indexOf(graph).outgoing.get(node.node_id) ?? [];
  const names = (own: readonly GraphEdge[]) =>
    listed(own.map((edge) => nameIn(graph, edge.target)));
  const ports = drawnPorts(graph, node, typeOf(node.component_type));
  if (isAttached(graph, node.node_id)) return [];
  if (ports.length < 2) return edges.length ? [_("leads to %(names)s", { names: names(edges) })] : [];
  return ports.map((port) => {
    const own = edges.filter((edge) => edge.source_port === port);
    return own.length
      ? _("%(port)s leads to %(names)s", { port, names: names(own) })
      : _("%(port)s leads nowhere yet", { port });
  });
}

/** "Connected a to b", and the like. */
export function edgeInWords(graph: Graph, edge: GraphEdge, verb: "Connected" | "Disconnected") {
  const names = { source: nameIn(graph, edge.source), target: nameIn(graph, edge.target) };
  if (verb === "Connected") {
    return edge.kind === TOOL
      ? _("Connected the tool %(source)s to %(target)s", names)
      : _("Connected %(source)s to %(target)s", names);
  }
  return edge.kind === TOOL
    ? _("Disconnected the tool %(source)s from %(target)s", names)
    : _("Disconnected %(source)s from %(target)s", names);
}

/** "1 node", "3 nodes and 1 note" */
export function countInWords(nodes: number, notes = 0, edges = 0): string {
  const parts = [
    nodes ? nodeCount(nodes) : "",
    notes ? ngettext("%(count)s note", "%(count)s notes", notes) : "",
    edges ? edgeCount(edges) : "",
  ].filter(Boolean);
  return listed(parts) || _("nothing");
}

export const nodeCount = (count: number): string =>
  ngettext("%(count)s node", "%(count)s nodes", count);

export const edgeCount = (count: number): string =>
  ngettext("%(count)s connection", "%(count)s connections", count);
