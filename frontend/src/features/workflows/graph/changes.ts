/** Changes to a graph. Each returns a new graph and leaves the given one alone. */

import type { JsonObject, Position } from "@/types/models";

import type { TypeOf } from "./connect";
import { edgeKey, type Graph, type GraphEdge, type GraphNode, type Note } from "./model";
import { followRenamed } from "./references";

/** An unused `node_id` that begins with `stem`: "fetch", "fetch_2", "fetch_3" ... */
export function freeId(taken: Iterable<string>, stem: string): string {
  const used = new Set(taken);
  const clean = stem.toLowerCase().replace(/[^a-z0-9_-]+/g, "_").slice(0, 58) || "node";
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? clean : `${clean}_${number}`;
    if (!used.has(id)) return id;
  }
}

export function addNode(graph: Graph, node: GraphNode): Graph {
  return { ...graph, nodes: [...graph.nodes, node] };
}

/** Without these nodes and the edges that touch them. */
export function removeNodes(graph: Graph, nodeIds: ReadonlySet<string>): Graph {
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !nodeIds.has(node.node_id)),
    edges: graph.edges.filter((edge) => !nodeIds.has(edge.source) && !nodeIds.has(edge.target)),
  };
}

export function removeEdges(graph: Graph, keys: ReadonlySet<string>): Graph {
  return { ...graph, edges: graph.edges.filter((edge) => !keys.has(edgeKey(edge))) };
}

export function addEdge(graph: Graph, edge: GraphEdge): Graph {
  const key = edgeKey(edge);
  if (graph.edges.some((each) => edgeKey(each) === key)) return graph;
  return { ...graph, edges: [...graph.edges, edge] };
}

export type NodeChange = Partial<Omit<GraphNode, "id" | "node_id" | "component_type">>;

export function changeNode(graph: Graph, nodeId: string, change: NodeChange): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node.node_id === nodeId ? { ...node, ...change } : node)),
  };
}

/** Give a node another `node_id`. Its edges, and what refers to its output, follow. */
export function renameNode(graph: Graph, from: string, to: string, typeOf: TypeOf): Graph {
  const renamed = new Map([[from, to]]);
  const nameAfter = (id: string) => renamed.get(id) ?? id;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      node_id: nameAfter(node.node_id),
      config: followRenamed(node, renamed, typeOf),
    })),
    edges: graph.edges.map((edge) => ({
      ...edge,
      source: nameAfter(edge.source),
      target: nameAfter(edge.target),
    })),
  };
}

/** Configure a node. `undefined` takes a field out. */
export function configure(
  graph: Graph,
  nodeId: string,
  fields: { [name: string]: JsonObject[string] | undefined },
): Graph {
  const node = graph.nodes.find((each) => each.node_id === nodeId);
  if (!node) return graph;
  const config: JsonObject = {};
  for (const [name, value] of Object.entries({ ...node.config, ...fields })) {
    if (value !== undefined) config[name] = value;
  }
  return changeNode(graph, nodeId, { config });
}

/** Move nodes and notes, by their ids. */
export function move(graph: Graph, places: ReadonlyMap<string, Position>): Graph {
  const moved = <T extends { position: Position }>(item: T, id: string): T => {
    const position = places.get(id);
    return position ? { ...item, position } : item;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => moved(node, node.node_id)),
    notes: graph.notes.map((note) => moved(note, note.id)),
  };
}

export function putNote(graph: Graph, note: Note): Graph {
  const isThere = graph.notes.some((each) => each.id === note.id);
  const notes = isThere
    ? graph.notes.map((each) => (each.id === note.id ? note : each))
    : [...graph.notes, note];
  return { ...graph, notes };
}

export function removeNotes(graph: Graph, ids: ReadonlySet<string>): Graph {
  return { ...graph, notes: graph.notes.filter((note) => !ids.has(note.id)) };
}

/** With the primary keys that nodes got in a save. The same graph where no node lacks its own. */
export function withKeys(graph: Graph, keys: ReadonlyMap<string, number | undefined>): Graph {
  const lacks = (node: GraphNode) => {
    const id = keys.get(node.node_id);
    return id !== undefined && id !== node.id;
  };
  if (!graph.nodes.some(lacks)) return graph;
  const nodes = graph.nodes.map((node) =>
    lacks(node) ? { ...node, id: keys.get(node.node_id) } : node,
  );
  return { ...graph, nodes };
}
