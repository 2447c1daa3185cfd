/** A workflow's graph as the canvas holds it: the document of `graph/`, without its version. */

import type { JsonObject, Position } from "@/types/models";

export interface GraphNode {
  /** The primary key that schedules point at; absent until the node was saved. */
  readonly id?: number | undefined;
  readonly node_id: string;
  readonly component_type: string;
  readonly label: string;
  readonly config: JsonObject;
  readonly position: Position;
  readonly is_active: boolean;
}

export const FLOW = "flow";
export const TOOL = "tool";
export type EdgeKind = typeof FLOW | typeof TOOL;

export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  readonly source_port: string;
  readonly kind: EdgeKind;
}

/** A sticky note on the drawing. It has no meaning for runs. */
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly position: Position;
  readonly size: { readonly width: number; readonly height: number };
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly notes: readonly Note[];
}

export const EMPTY: Graph = { nodes: [], edges: [], notes: [] };

/** The bounds of the server, `workflows/graph.py` and `workflows/layout.py`. */
export const MAX_NODES = 200;
export const MAX_EDGES = 500;
export const MAX_TOOLS = 20;
export const MAX_NOTES = 100;
export const MAX_NOTE_TEXT = 2_000;
/** How far from the origin things may stand, and how large a note may be. */
export const FARTHEST = 1_000_000;
export const LARGEST = 10_000;

/** The size of a node and the grid, in pixels at 100 %. */
export const NODE_WIDTH = 220;
export const NODE_HEIGHT = 54;
export const PITCH = 98;
export const GRID = 20;

/** What names an edge: no two of a graph are alike in all four. */
export function edgeKey(edge: GraphEdge): string {
  return [edge.source, edge.source_port, edge.target, edge.kind].join(" ");
}

export function nodeOf(graph: Graph, nodeId: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.node_id === nodeId);
}

/** What people call a node. */
export function nameOf(node: GraphNode): string {
  return node.label || node.node_id;
}
