/** What counts as the same: two values, two nodes, two graphs. */

import type { Json } from "@/types/models";

import { edgeKey, type Graph, type GraphNode, type Note } from "./model";

/** Whether two JSON values are equal; the order of names does not matter. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => sameJson(item, other[index]));
  }
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && sameJson(one[name], other[name]));
}

/** Whether two nodes do the same, wherever they lie. */
export function sameNode(one: GraphNode, other: GraphNode): boolean {
  if (one === other) return true;
  return (
    one.component_type === other.component_type &&
    one.label === other.label &&
    one.is_active === other.is_active &&
    sameJson(one.config, other.config)
  );
}

interface Placed {
  readonly position: { readonly x: number; readonly y: number };
}

export function samePlace(one: Placed, other: Placed): boolean {
  return one.position.x === other.position.x && one.position.y === other.position.y;
}

export function sameNote(one: Note, other: Note): boolean {
  if (one === other) return true;
  return (
    one.text === other.text &&
    samePlace(one, other) &&
    one.size.width === other.size.width &&
    one.size.height === other.size.height
  );
}

/** How many nodes, edges and notes of two graphs differ; a node that was moved differs, too. */
export function countChanges(before: Graph, after: Graph): number {
  if (before === after) return 0;
  return (
    countIn(before.nodes, after.nodes, (node) => node.node_id, sameAndThere) +
    countIn(before.edges, after.edges, edgeKey, () => true) +
    countIn(before.notes, after.notes, (note) => note.id, sameNote)
  );
}

const sameAndThere = (one: GraphNode, other: GraphNode) =>
  one === other || (sameNode(one, other) && samePlace(one, other));

function countIn<T>(
  before: readonly T[],
  after: readonly T[],
  key: (item: T) => string,
  same: (one: T, other: T) => boolean,
): number {
  if (before === after) return 0;
  const old = new Map(before.map((item) => [key(item), item]));
  let count = 0;
  for (const item of after) {
    const was = old.get(key(item));
    if (was === undefined || !same(was, item)) count += 1;
    old.delete(key(item));
  }
  return count + old.size;
}

/** Whether two graphs do the same: positions and notes have no meaning for runs. */
export function sameContent(one: Graph, other: Graph): boolean {
  return (
    one === other ||
    (countIn(one.nodes, other.nodes, (node) => node.node_id, sameNode) === 0 &&
      countIn(one.edges, other.edges, edgeKey, () => true) === 0)
  );
}
