/** What is asked of a graph again and again, worked out once for each graph. */

import { FLOW, type Graph, type GraphEdge, type GraphNode, TOOL } from "./model";

export interface GraphIndex {
  readonly byId: ReadonlyMap<string, GraphNode>;
  /** Flow edges by their source, and by their target. */
  readonly outgoing: ReadonlyMap<string, readonly GraphEdge[]>;
  readonly incoming: ReadonlyMap<string, readonly GraphEdge[]>;
  /** Tool edges by their agent, and the agents of each tool. */
  readonly toolsOf: ReadonlyMap<string, readonly GraphEdge[]>;
  readonly agentsOf: ReadonlyMap<string, readonly GraphEdge[]>;
}

const known = new WeakMap<Graph, GraphIndex>();

export function indexOf(graph: Graph): GraphIndex {
  let index = known.get(graph);
  if (!index) {
    index = build(graph);
    known.set(graph, index);
  }
  return index;
}

function build({ nodes, edges }: Graph): GraphIndex {
  const flow = edges.filter((edge) => edge.kind === FLOW);
  const tools = edges.filter((edge) => edge.kind === TOOL);
  return {
    byId: new Map(nodes.map((node) => [node.node_id, node])),
    outgoing: grouped(flow, (edge) => edge.source),
    incoming: grouped(flow, (edge) => edge.target),
    toolsOf: grouped(tools, (edge) => edge.target),
    agentsOf: grouped(tools, (edge) => edge.source),
  };
}

function grouped(edges: readonly GraphEdge[], idOf: (edge: GraphEdge) => string) {
  const found = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const others = found.get(idOf(edge));
    if (others) others.push(edge);
    else found.set(idOf(edge), [edge]);
  }
  return found;
}

/** Whether a node is attached to an agent as a tool. */
export const isAttached = (graph: Graph, nodeId: string): boolean =>
  indexOf(graph).agentsOf.has(nodeId);

/** Whether a node is a step: something leads to it, or it leads on. */
export function isStep(graph: Graph, nodeId: string): boolean {
  const { incoming, outgoing } = indexOf(graph);
  return incoming.has(nodeId) || outgoing.has(nodeId);
}
