/** Places for nodes that have none: a graph that was made over the API names no positions. */

import { move } from "./changes";
import type { TypeOf } from "./connect";
import { tidy } from "./layout";
import { type Graph, NODE_HEIGHT, PITCH } from "./model";
import { boxesOf } from "./places";

const CLEAR = PITCH - NODE_HEIGHT;

/** The graph with the `unplaced` nodes laid out, under the others where there are any. */
export function place(graph: Graph, unplaced: ReadonlySet<string>, typeOf: TypeOf): Graph {
  if (!unplaced.size) return graph;
  const nodes = graph.nodes.filter(({ node_id }) => unplaced.has(node_id));
  const edges = graph.edges.filter(({ source, target }) => unplaced.has(source) && unplaced.has(target));
  const block = tidy({ nodes, edges, notes: [] }, typeOf);
  const others = graph.nodes.filter(({ node_id }) => !unplaced.has(node_id));
  const by = shift(boxesOf({ ...graph, nodes: others }), boxesOf(block));
  const places = block.nodes.map(
    ({ node_id, position: { x, y } }) => [node_id, { x: x + by.x, y: y + by.y }] as const,
  );
  return move(graph, new Map(places));
}

type Boxes = ReturnType<typeof boxesOf>;

/** How far the block has to go to stand under what is there, flush left. */
function shift(there: Boxes, block: Boxes): { x: number; y: number } {
  if (!there.length) return { x: 0, y: 0 };
  const left = (boxes: Boxes) => Math.min(...boxes.map(({ x }) => x));
  const bottom = Math.max(...there.map(({ y, height }) => y + height));
  const top = Math.min(...block.map(({ y }) => y));
  return { x: left(there) - left(block), y: bottom + CLEAR - top };
}
