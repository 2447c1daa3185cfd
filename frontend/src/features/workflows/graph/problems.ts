/** What the server refused at a save, by the node or the edge that it is about. */

import type { FieldProblems } from "@/api/client";

import { edgeKey, type Graph } from "./model";

export interface PlacedProblem {
  /** The node that it is about; null for an edge or the graph as a whole. */
  readonly nodeId: string | null;
  /** The key of the edge that it is about. */
  readonly edge: string | null;
  /** The path within the node or edge, such as `config.url`; "" for all of it. */
  readonly path: string;
  readonly messages: readonly string[];
}

const PATH = /^(?:graph\.)?(nodes|edges)\[(\d+)\]\.?(.*)$/;

/** Each problem at its place. `graph` is the one that was sent: paths count in its lists. */
export function placeProblems(graph: Graph, problems: FieldProblems): PlacedProblem[] {
  return Object.entries(problems).map(([path, messages]) => {
    const [, list, index, rest] = PATH.exec(path) ?? [];
    const node = list === "nodes" ? graph.nodes[Number(index)] : undefined;
    const edge = list === "edges" ? graph.edges[Number(index)] : undefined;
    return {
      nodeId: node?.node_id ?? null,
      edge: edge ? edgeKey(edge) : null,
      path: node || edge ? (rest ?? "") : path,
      messages,
    };
  });
}

/** The problems of one node by their paths within it: `config.url`, `config.cases[0].when`. */
export function nodeProblems(placed: readonly PlacedProblem[], nodeId: string): FieldProblems {
  const found: FieldProblems = {};
  for (const problem of placed) {
    if (problem.nodeId === nodeId) found[problem.path] = [...problem.messages];
  }
  return found;
}
