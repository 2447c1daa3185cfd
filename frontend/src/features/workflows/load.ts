/** Reading a workflow: its graph and the node types of the site. */

import { get, request } from "@/api/client";
import { page, rowAddress } from "@/page";
import type { NodeType, Position } from "@/types/models";

import { typeOf } from "./componentTypes";
import type { Graph, GraphEdge, GraphNode, Note } from "./graph/model";
import { place } from "./graph/unplaced";
import type { Saved } from "./store/editor";

/** The document of `graph/`. */
export interface GraphDocument {
  nodes: GraphNode[];
  edges: GraphEdge[];
  notes?: Note[];
  graph_version: number;
}

/** The graph of the document. A node that was made over the API may have no position: it gets one. */
export function graphFrom(document: GraphDocument): Graph {
  const unplaced = new Set<string>();
  const nodes = document.nodes.map((node) => {
    const { x, y } = (node.position ?? {}) as Partial<Position>;
    if (x === undefined || y === undefined) unplaced.add(node.node_id);
    return { ...node, position: { x: Number(x ?? 0), y: Number(y ?? 0) } };
  });
  return place({ nodes, edges: document.edges, notes: document.notes ?? [] }, unplaced, typeOf);
}

export async function loadGraph(workflowId: string): Promise<Saved> {
  const address = rowAddress("workflows", workflowId, "graph/");
  const { data, etag } = await request<GraphDocument>("GET", address);
  return { graph: graphFrom(data), graphVersion: data.graph_version, etag };
}

/** The node types of this site, in the order of the palette. */
export async function loadNodeTypes(): Promise<NodeType[]> {
  return (await get<{ results: NodeType[] }>(page().addresses.node_types)).results;
}
