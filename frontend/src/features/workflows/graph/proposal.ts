/** Which edge a pull from one port to another, or onto a node, proposes. */

import type { TypeOf } from "./connect";
import { openPort } from "./insert";
import { isAttached } from "./lookup";
import { FLOW, type Graph, type GraphEdge, nodeOf, TOOL } from "./model";

/** The names of ports on the drawing. No port of the flow begins with "@". */
export const IN = "in";
export const TOOL_PORT = "@tool";
export const TOOLS_PORT = "@tools";

export interface PortEnd {
  readonly nodeId: string;
  /** null: the node as a whole, so that the port is chosen by what fits. */
  readonly port: string | null;
}

/** The edge from one end to the other. `pulledBackwards`: the pull began where an edge ends. */
export function proposal(
  graph: Graph,
  from: PortEnd,
  onto: PortEnd,
  pulledBackwards: boolean,
  typeOf: TypeOf,
): GraphEdge | null {
  const [start, end] = pulledBackwards ? [onto, from] : [from, onto];
  const known = pulledBackwards ? end.port : start.port;
  if (known === TOOL_PORT || known === TOOLS_PORT) return asTool(start, end);
  if (end.port === TOOLS_PORT || start.port === TOOL_PORT) return asTool(start, end);
  const source = nodeOf(graph, start.nodeId);
  if (!source) return null;
  const source_port = start.port ?? openPort(graph, source, typeOf);
  return { source: start.nodeId, target: end.nodeId, source_port, kind: FLOW };
}

const asTool = (start: PortEnd, end: PortEnd): GraphEdge => ({
  source: start.nodeId,
  target: end.nodeId,
  source_port: "out",
  kind: TOOL,
});

export interface Target {
  readonly nodeId: string;
  readonly edge: GraphEdge;
}

/** What a node could be connected to, with the edge for each: as a step, or as a tool. */
export function targets(graph: Graph, nodeId: string, port: string, typeOf: TypeOf): Target[] {
  const source = nodeOf(graph, nodeId);
  if (!source) return [];
  const type = typeOf(source.component_type);
  const others = graph.nodes.filter((node) => node.node_id !== nodeId);
  return others.flatMap((node) => {
    const asStep = { source: nodeId, target: node.node_id, source_port: port, kind: FLOW } as const;
    const step = isAttached(graph, nodeId) ? [] : [asStep];
    const takes = typeOf(node.component_type)?.takes_tools && type?.can_be_tool;
    const tool = takes ? [asTool({ nodeId, port }, { nodeId: node.node_id, port: null })] : [];
    return [...step, ...tool].map((edge) => ({ nodeId: node.node_id, edge }));
  });
}
