/** "Tidy up": nodes top to bottom along the flow, tools at the right of their agent. */

import { Graph as Ranked, layout } from "@dagrejs/dagre";

import type { Position } from "@/types/models";

import { move } from "./changes";
import type { TypeOf } from "./connect";
import { indexOf, isAttached } from "./lookup";
import type { Graph, GraphNode } from "./model";
import { flowOrder } from "./order";
import { onGrid, type Size, sizeOf, TOOL_SIZE } from "./places";
import { portsOf } from "./ports";

const BETWEEN_ROWS = 46; // with 54 for a node: 100, five times the grid
const BETWEEN_COLUMNS = 40;
const ASIDE = 80;
const TOOL_PITCH = 40;

/** The graph with all nodes at new places. Notes stay where they are. */
export function tidy(graph: Graph, typeOf: TypeOf): Graph {
  const steps = graph.nodes.filter((node) => !isAttached(graph, node.node_id));
  if (!steps.length) return graph;
  const places = new Map<string, Position>();
  const ranked = rankedSteps(graph, steps, typeOf);
  for (const step of steps) {
    const { x, y } = ranked.node(step.node_id) as Required<Position>;
    const size = sizeOf(graph, step);
    const place = onGrid({ x: x - size.width / 2, y: y - size.height / 2 });
    places.set(step.node_id, place);
    placeTools(graph, step, place, places);
  }
  return move(graph, places);
}

function rankedSteps(graph: Graph, steps: readonly GraphNode[], typeOf: TypeOf) {
  const ranked = new Ranked();
  ranked.setGraph({ rankdir: "TB", ranksep: BETWEEN_ROWS, nodesep: BETWEEN_COLUMNS });
  ranked.setDefaultEdgeLabel(() => ({}));
  const { byId, outgoing } = indexOf(graph);
  const order = new Map(flowOrder(graph).map((id, place) => [id, place]));
  const inOrder = [...steps].sort(
    (a, b) => (order.get(a.node_id) ?? 0) - (order.get(b.node_id) ?? 0),
  );
  for (const step of inOrder) ranked.setNode(step.node_id, roomOf(graph, step));
  for (const step of inOrder) {
    for (const { target } of outgoing.get(step.node_id) ?? []) {
      if (byId.has(target) && !isAttached(graph, target)) ranked.setEdge(step.node_id, target);
    }
  }
  layout(ranked, { constraints: asPorts(graph, typeOf) });
  return ranked;
}

/** What follows a node stands from the left in the order of its ports: branches do not cross. */
function asPorts(graph: Graph, typeOf: TypeOf): { left: string; right: string }[] {
  const { byId, outgoing } = indexOf(graph);
  return graph.nodes.flatMap((node) => {
    const ports = portsOf(node, typeOf(node.component_type));
    const edges = (outgoing.get(node.node_id) ?? []).filter(({ target }) => byId.has(target));
    const inOrder = [...edges].sort(
      (a, b) => ports.indexOf(a.source_port) - ports.indexOf(b.source_port),
    );
    const targets = [...new Set(inOrder.map(({ target }) => target))];
    return targets.slice(1).map((right, index) => ({ left: targets[index] ?? right, right }));
  });
}

/** The room that a node needs: an agent's reaches as far to both sides as its tools do. */
function roomOf(graph: Graph, node: GraphNode): Size {
  const size = sizeOf(graph, node);
  const count = indexOf(graph).toolsOf.get(node.node_id)?.length ?? 0;
  if (!count) return { ...size };
  return {
    width: size.width + 2 * (ASIDE + TOOL_SIZE.width),
    height: Math.max(size.height, count * TOOL_PITCH - 2 * BETWEEN_ROWS),
  };
}

function placeTools(
  graph: Graph,
  agent: GraphNode,
  at: Position,
  places: Map<string, Position>,
): void {
  const tools = (indexOf(graph).toolsOf.get(agent.node_id) ?? [])
    .map((edge) => edge.source)
    .filter((id) => !places.has(id));
  const { width, height } = sizeOf(graph, agent);
  const top = at.y + height / 2 - (tools.length * TOOL_PITCH) / 2 + 4;
  tools.forEach((id, row) => {
    places.set(id, { x: at.x + width + ASIDE, y: Math.round(top + row * TOOL_PITCH) });
  });
}
