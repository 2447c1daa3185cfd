/** Adding a node: what it is called, where it stands, and what it is connected to. */

import type { JsonObject, NodeType, Position } from "@/types/models";

import { addEdge, addNode, freeId, move, removeEdges } from "./changes";
import { downstream, refusal, type TypeOf } from "./connect";
import { indexOf } from "./lookup";
import {
  edgeKey,
  FLOW,
  type Graph,
  type GraphEdge,
  type GraphNode,
  NODE_HEIGHT,
  nodeOf,
  TOOL,
} from "./model";
import { freePlace, sizeOf, TOOL_SIZE } from "./places";
import { portsOf } from "./ports";

/** What is added: a type, with what is configured already. */
export interface Recipe {
  readonly type: NodeType;
  readonly config: JsonObject;
  readonly label: string;
}

/** Where it is added. */
export type Spot =
  | { readonly kind: "free"; readonly at: Position }
  | { readonly kind: "after"; readonly nodeId: string }
  | { readonly kind: "port"; readonly nodeId: string; readonly port: string }
  | { readonly kind: "tool"; readonly agentId: string }
  | { readonly kind: "edge"; readonly key: string };

export interface Added {
  readonly graph: Graph;
  readonly nodeId: string;
}

const STEP = 100; // from the top of a node to the top of the next, on the grid
const ASIDE = 80; // between an agent and its tools

/** The graph with the new node at its spot. What cannot be connected there stays unconnected. */
export function insert(graph: Graph, recipe: Recipe, spot: Spot, typeOf: TypeOf): Added {
  const node: GraphNode = {
    node_id: freeId(
      graph.nodes.map((each) => each.node_id),
      recipe.label || recipe.type.type,
    ),
    component_type: recipe.type.type,
    label: recipe.label || recipe.type.label,
    config: recipe.config,
    position: { x: 0, y: 0 },
    is_active: true,
  };
  return { graph: placed(graph, node, spot, typeOf), nodeId: node.node_id };
}

function placed(graph: Graph, node: GraphNode, spot: Spot, typeOf: TypeOf): Graph {
  switch (spot.kind) {
    case "free":
      return addNode(graph, { ...node, position: freePlace(graph, spot.at) });
    case "port":
      return afterPort(graph, node, spot.nodeId, spot.port, typeOf);
    case "tool":
      return asTool(graph, node, spot.agentId, typeOf);
    case "edge":
      return between(graph, node, spot.key, typeOf);
    case "after":
      return after(graph, node, spot.nodeId, typeOf);
  }
}

/** Connected to a node as it can be: as its tool, beside it as another tool, or as the next step. */
function after(graph: Graph, node: GraphNode, nodeId: string, typeOf: TypeOf): Graph {
  const source = nodeOf(graph, nodeId);
  if (!source) return addNode(graph, { ...node, position: freePlace(graph, { x: 0, y: 0 }) });
  const type = typeOf(source.component_type);
  const canBeTool = typeOf(node.component_type)?.can_be_tool ?? false;
  const agents = indexOf(graph).agentsOf.get(nodeId);
  if (canBeTool && type?.takes_tools) return asTool(graph, node, nodeId, typeOf);
  if (canBeTool && agents?.[0]) return asTool(graph, node, agents[0].target, typeOf);
  return afterPort(graph, node, nodeId, openPort(graph, source, typeOf), typeOf);
}

/** The first port from which no edge leads on; the first one if all are taken. */
export function openPort(graph: Graph, node: GraphNode, typeOf: TypeOf): string {
  const ports = portsOf(node, typeOf(node.component_type));
  const taken = new Set(
    (indexOf(graph).outgoing.get(node.node_id) ?? []).map((edge) => edge.source_port),
  );
  return ports.find((port) => !taken.has(port)) ?? ports[0] ?? "out";
}

function afterPort(
  graph: Graph,
  node: GraphNode,
  sourceId: string,
  port: string,
  typeOf: TypeOf,
): Graph {
  const source = nodeOf(graph, sourceId);
  const at = source?.position ?? { x: 0, y: 0 };
  const taller = source ? sizeOf(graph, source).height - NODE_HEIGHT : 0;
  const position = freePlace(graph, { x: at.x, y: at.y + taller + STEP });
  return linked(addNode(graph, { ...node, position }), typeOf, {
    source: sourceId,
    target: node.node_id,
    source_port: port,
    kind: FLOW,
  });
}

function asTool(graph: Graph, node: GraphNode, agentId: string, typeOf: TypeOf): Graph {
  const agent = nodeOf(graph, agentId);
  const at = agent?.position ?? { x: 0, y: 0 };
  const size = agent ? sizeOf(graph, agent) : TOOL_SIZE;
  const beside = { x: at.x + size.width + ASIDE, y: at.y };
  const position = freePlace(graph, beside, TOOL_SIZE);
  return linked(addNode(graph, { ...node, position }), typeOf, {
    source: node.node_id,
    target: agentId,
    source_port: "out",
    kind: TOOL,
  });
}

/** In place of an edge: an edge to the new node and one from it. What follows makes room. */
function between(graph: Graph, node: GraphNode, key: string, typeOf: TypeOf): Graph {
  const edge = graph.edges.find((each) => edgeKey(each) === key);
  const source = edge && nodeOf(graph, edge.source);
  const target = edge && nodeOf(graph, edge.target);
  const isStep = typeOf(node.component_type)?.kind !== "trigger";
  if (!edge || !source || !target || edge.kind === TOOL || !isStep) {
    const at = target?.position ?? { x: 0, y: 0 };
    return addNode(graph, { ...node, position: freePlace(graph, at) });
  }
  const wanted = { x: target.position.x, y: source.position.y + sizeOf(graph, source).height + 46 };
  const opened = withRoom(removeEdges(graph, new Set([key])), target, wanted.y + STEP);
  const whole = addNode(opened, { ...node, position: freePlace(opened, wanted) });
  const first = { ...edge, target: node.node_id };
  const port = openPort(whole, node, typeOf);
  const second = { ...edge, source: node.node_id, source_port: port };
  return linked(linked(whole, typeOf, first), typeOf, second);
}

/** Move `target` and all that follows it down, so that it begins at `top` or below. */
function withRoom(graph: Graph, target: GraphNode, top: number): Graph {
  const down = top - target.position.y;
  if (down <= 0) return graph;
  const followers = downstream(graph, target.node_id);
  const { toolsOf, byId } = indexOf(graph);
  for (const id of [...followers]) {
    for (const edge of toolsOf.get(id) ?? []) followers.add(edge.source);
  }
  const places = new Map<string, Position>();
  for (const id of followers) {
    const at = byId.get(id)?.position;
    if (at && at.y >= target.position.y - STEP) places.set(id, { x: at.x, y: at.y + down });
  }
  return move(graph, places);
}

function linked(graph: Graph, typeOf: TypeOf, edge: GraphEdge): Graph {
  return refusal(graph, edge, typeOf) === null ? addEdge(graph, edge) : graph;
}
