/** Where things stand on the drawing: sizes, and places that overlap nothing. */

import type { Position } from "@/types/models";

import { isAttached } from "./lookup";
import { GRID, type Graph, type GraphNode, NODE_HEIGHT, NODE_WIDTH } from "./model";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const TOOL_SIZE: Size = { width: 160, height: 32 };
/** The foot of a schedule trigger. */
const FOOT_HEIGHT = 30;
const GAP = GRID;
const STRIDE = 2 * GRID;

export function sizeOf(graph: Graph, node: GraphNode): Size {
  if (isAttached(graph, node.node_id)) return TOOL_SIZE;
  const foot = node.component_type === "trigger_schedule" ? FOOT_HEIGHT : 0;
  return { width: NODE_WIDTH, height: NODE_HEIGHT + foot };
}

interface Box extends Position, Size {}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width + GAP &&
  b.x < a.x + a.width + GAP &&
  a.y < b.y + b.height + GAP &&
  b.y < a.y + a.height + GAP;

export const onGrid = ({ x, y }: Position): Position => ({
  x: Math.round(x / GRID) * GRID,
  y: Math.round(y / GRID) * GRID,
});

/** What stands on the drawing already. */
export function boxesOf(graph: Graph): Box[] {
  return [
    ...graph.nodes.map((node) => ({ ...node.position, ...sizeOf(graph, node) })),
    ...graph.notes.map((note) => ({ ...note.position, ...note.size })),
  ];
}

/** The place nearest to `wanted`, on the grid, where a thing of this size overlaps nothing. */
export function freePlace(
  graph: Graph,
  wanted: Position,
  size: Size = { width: NODE_WIDTH, height: NODE_HEIGHT },
): Position {
  const boxes = boxesOf(graph);
  const start = onGrid(wanted);
  const isFree = (place: Position) => !boxes.some((box) => overlap(box, { ...place, ...size }));
  for (let ring = 0; ; ring += 1) {
    const free = ringOf(start, ring).find(isFree);
    if (free) return free;
  }
}

/** The places of the grid around a place, those below and to the right first. */
function ringOf({ x, y }: Position, ring: number): Position[] {
  if (ring === 0) return [{ x, y }];
  const reach = ring * STRIDE;
  const places: Position[] = [];
  for (let step = 0; step <= ring; step += 1) {
    for (const side of step === 0 ? [0] : [step * STRIDE, -step * STRIDE]) {
      places.push({ x: x + reach, y: y + side }, { x: x + side, y: y + reach });
      places.push({ x: x - reach, y: y + side }, { x: x + side, y: y - reach });
    }
  }
  return places;
}

/** The middle of everything on the drawing; null if there is nothing. */
export function middleOf(boxes: readonly Box[]): Position | null {
  if (!boxes.length) return null;
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}
