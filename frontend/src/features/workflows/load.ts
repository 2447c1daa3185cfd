/** Reading a workflow: its graph and the node types of the site. */

import { get, request } from "@/api/client";
import { page, rowAddress } from "@/page";
import type { NodeType } from "@/types/models";

import type { Graph, GraphEdge, GraphNode, Note } from "./graph/model";
import type { Saved } from "./store/editor";

/** The document of `graph/`. */
export interface GraphDocument {
  nodes: GraphNode[];
  edges: GraphEdge[];
  notes?: Note[];
  graph_version: number;
}

/** The graph of the document. A node that was made over the API has no position: 0, 0. */
export function graphFrom(document: GraphDocument): Graph {
  return {
    nodes: document.nodes.map((node) => ({
      ...node,
      position: { x: Number(node.position?.x ?? 0), y: Number(node.position?.y ?? 0) },
    })),
    edges: document.edges,
    notes: document.notes ?? [],
  };
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
