/** The order in which people read a graph: along the flow, tools after their agent. */

import { indexOf, isAttached } from "./lookup";
import { type Graph, type GraphEdge, type GraphNode } from "./model";

const orders = new WeakMap<Graph, readonly string[]>();

/** The `node_id`s along the flow. Nodes side by side: from the left. Each tool follows its agent. */
export function flowOrder(graph: Graph): readonly string[] {
  let order = orders.get(graph);
  if (!order) {
    order = withTools(graph, stepsInOrder(graph));
    orders.set(graph, order);
  }
  return order;
}

const byPlace = (a: GraphNode, b: GraphNode): number =>
  a.position.y - b.position.y || a.position.x - b.position.x;

/** A topological order; what a loop holds (a graph made elsewhere) comes last. */
function stepsInOrder(graph: Graph): GraphNode[] {
  const { byId, incoming, outgoing } = indexOf(graph);
  const steps = graph.nodes.filter((node) => !isAttached(graph, node.node_id)).sort(byPlace);
  const waits = new Map(
    steps.map(({ node_id }) => [
      node_id,
      (incoming.get(node_id) ?? []).filter((edge) => byId.has(edge.source)).length,
    ]),
  );
  const ready = steps.filter((step) => !waits.get(step.node_id));
  const done = new Set<GraphNode>();
  for (let step = ready.shift(); step; step = ready.shift()) {
    done.add(step);
    const freed: GraphNode[] = [];
    for (const edge of outgoing.get(step.node_id) ?? []) {
      const left = (waits.get(edge.target) ?? 0) - 1;
      waits.set(edge.target, left);
      const target = byId.get(edge.target);
      if (left === 0 && target) freed.push(target);
    }
    ready.unshift(...freed.sort(byPlace));
  }
  return [...done, ...steps.filter((step) => !done.has(step))];
}

function withTools(graph: Graph, steps: readonly GraphNode[]): string[] {
  const { toolsOf } = indexOf(graph);
  const order = new Set<string>();
  for (const step of steps) {
    order.add(step.node_id);
    for (const edge of toolsOf.get(step.node_id) ?? []) order.add(edge.source);
  }
  for (const node of graph.nodes) order.add(node.node_id);
  return [...order];
}

/** The node that the keys lead to: along an edge, or side by side among what one edge leads to. */
export function neighbour(
  graph: Graph,
  nodeId: string,
  direction: "up" | "down" | "left" | "right",
): string | null {
  const { incoming, outgoing, toolsOf, agentsOf } = indexOf(graph);
  const agent = agentsOf.get(nodeId)?.[0]?.target;
  if (agent) {
    const tools = (toolsOf.get(agent) ?? []).map((edge) => edge.source);
    const place = tools.indexOf(nodeId);
    if (direction === "left") return agent;
    return { up: tools[place - 1], down: tools[place + 1], right: undefined }[direction] ?? null;
  }
  if (direction === "down") return firstOf(graph, outgoing.get(nodeId), "target");
  if (direction === "up") return firstOf(graph, incoming.get(nodeId), "source");
  const beside = sibling(graph, nodeId, direction);
  if (beside === null && direction === "right") return toolsOf.get(nodeId)?.[0]?.source ?? null;
  return beside;
}

function firstOf(
  graph: Graph,
  edges: readonly GraphEdge[] | undefined,
  end: "source" | "target",
): string | null {
  return edges?.length ? (leftToRight(graph, edges.map((edge) => edge[end]))[0] ?? null) : null;
}

function leftToRight(graph: Graph, ids: readonly string[]): string[] {
  const { byId } = indexOf(graph);
  return [...new Set(ids)]
    .filter((id) => byId.has(id))
    .sort((a, b) => (byId.get(a)?.position.x ?? 0) - (byId.get(b)?.position.x ?? 0));
}

/** The next one at a side among those that follow the same nodes. */
function sibling(graph: Graph, nodeId: string, direction: "left" | "right"): string | null {
  const { incoming, outgoing } = indexOf(graph);
  const parents = (incoming.get(nodeId) ?? []).map((edge) => edge.source);
  const row = parents.length
    ? parents.flatMap((id) => (outgoing.get(id) ?? []).map((edge) => edge.target))
    : graph.nodes
        .map((node) => node.node_id)
        .filter((id) => !incoming.has(id) && !isAttached(graph, id));
  const ids = leftToRight(graph, row);
  return ids[ids.indexOf(nodeId) + (direction === "left" ? -1 : 1)] ?? null;
}

export interface Outlined {
  readonly node: GraphNode;
  /** Its place in the order, from 1. */
  readonly step: number;
  readonly leadsTo: readonly { readonly edge: GraphEdge; readonly node: GraphNode }[];
  readonly tools: readonly { readonly edge: GraphEdge; readonly node: GraphNode }[];
}

/** The graph as a list: each step with what follows it and with its tools. */
export function outline(graph: Graph): Outlined[] {
  const { byId, outgoing, toolsOf } = indexOf(graph);
  const at = (edges: readonly GraphEdge[] | undefined, end: "source" | "target") =>
    (edges ?? []).flatMap((edge) => {
      const node = byId.get(edge[end]);
      return node ? [{ edge, node }] : [];
    });
  return flowOrder(graph)
    .filter((id) => !isAttached(graph, id))
    .flatMap((id, place) => {
      const node = byId.get(id);
      if (!node) return [];
      const leadsTo = at(outgoing.get(id), "target");
      return [{ node, step: place + 1, leadsTo, tools: at(toolsOf.get(id), "source") }];
    });
}
