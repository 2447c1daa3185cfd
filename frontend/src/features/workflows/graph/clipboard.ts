/**
 * Copied nodes as text, so that they can be pasted into another workflow or tab. Text from
 * elsewhere is checked field by field: whatever is no copy of nodes is refused with a reason.
 */

import { _ } from "@/gettext";
import type { Json, JsonObject, Position } from "@/types/models";
import { newId } from "@/ui/newId";

import { freeId } from "./changes";
import type { TypeOf } from "./connect";
import {
  FARTHEST,
  type Graph,
  type GraphEdge,
  type GraphNode,
  LARGEST,
  MAX_NODES,
  MAX_NOTE_TEXT,
  MAX_NOTES,
  type Note,
} from "./model";
import { boxesOf, middleOf, onGrid } from "./places";
import { followRenamed } from "./references";

const MARKER = "ostinato-nodes";
const MAX_TEXT = 4_000_000;
const OFFSET = 40;

/** The selected nodes and notes, with the edges among them. */
export function copied(graph: Graph, nodeIds: ReadonlySet<string>, notes: ReadonlySet<string>) {
  const nodes = graph.nodes
    .filter((node) => nodeIds.has(node.node_id))
    .map(({ id: _, ...node }) => node);
  const edges = graph.edges.filter((edge) => nodeIds.has(edge.source) && nodeIds.has(edge.target));
  return { nodes, edges, notes: graph.notes.filter((note) => notes.has(note.id)) };
}

export const asText = (part: Graph): string => JSON.stringify({ [MARKER]: 1, ...part });

/** The copied part that a text holds, or why it holds none. */
export function fromText(text: string): { part: Graph } | { reason: string } {
  const foreign = { reason: _("The clipboard holds no nodes of a workflow.") };
  if (text.length > MAX_TEXT || !text.trimStart().startsWith("{")) return foreign;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return foreign;
  }
  if (!isObject(value) || value[MARKER] !== 1) return foreign;
  const { nodes = [], edges = [], notes = [] } = value;
  if (!Array.isArray(nodes) || !Array.isArray(edges) || !Array.isArray(notes)) return foreign;
  if (nodes.length > MAX_NODES || notes.length > MAX_NOTES) {
    return { reason: _("At most %(nodes)s nodes and %(notes)s notes can be pasted at once.", {
        nodes: MAX_NODES,
        notes: MAX_NOTES,
      }) };
  }
  const read = { nodes: nodes.map(nodeFrom), edges: edges.map(edgeFrom), notes: notes.map(noteFrom) };
  const isWhole = [...read.nodes, ...read.edges, ...read.notes].every((item) => item !== null);
  return isWhole ? { part: read as Graph } : foreign;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: Json | undefined, max: number): value is string =>
  typeof value === "string" && value.length <= max;
const isId = (value: Json | undefined): value is string =>
  typeof value === "string" && /^[\w-]{1,64}$/.test(value);
const isWithin = (value: Json | undefined, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;

function placeFrom(value: Json | undefined): Position | null {
  if (!isObject(value)) return null;
  const { x, y } = value;
  return isWithin(x, -FARTHEST, FARTHEST) && isWithin(y, -FARTHEST, FARTHEST) ? { x, y } : null;
}

function nodeFrom(value: Json): GraphNode | null {
  if (!isObject(value)) return null;
  const { node_id, component_type, label, config, is_active = true } = value;
  const position = placeFrom(value.position);
  if (!isId(node_id) || !isText(component_type, 64) || !isText(label, 200)) return null;
  if (!isObject(config) || !position || typeof is_active !== "boolean") return null;
  return { node_id, component_type, label, config, position, is_active };
}

function edgeFrom(value: Json): GraphEdge | null {
  if (!isObject(value)) return null;
  const { source, target, source_port, kind } = value;
  if (!isId(source) || !isId(target) || !isText(source_port, 64)) return null;
  return kind === "flow" || kind === "tool" ? { source, target, source_port, kind } : null;
}

function noteFrom(value: Json): Note | null {
  if (!isObject(value)) return null;
  const { id, text, size } = value;
  const position = placeFrom(value.position);
  if (!isId(id) || !isText(text, MAX_NOTE_TEXT) || !position || !isObject(size)) return null;
  const { width, height } = size;
  if (!isWithin(width, 1, LARGEST) || !isWithin(height, 1, LARGEST)) return null;
  return { id, text, position, size: { width, height } };
}

export interface Pasted {
  readonly graph: Graph;
  readonly nodeIds: ReadonlySet<string>;
  readonly noteIds: ReadonlySet<string>;
}

/**
 * The graph with a copied part added: under ids of its own, which the references among its
 * nodes follow, and beside what stands there; around `middle` if one is given.
 */
export function paste(
  graph: Graph,
  part: Graph,
  typeOf: TypeOf,
  middle: Position | null = null,
): Pasted | { reason: string } {
  const count = graph.nodes.length + part.nodes.length;
  if (count > MAX_NODES) {
    return { reason: _("A workflow has at most %(most)s nodes; with these it would have %(count)s.", {
        most: MAX_NODES,
        count,
      }) };
  }
  if (graph.notes.length + part.notes.length > MAX_NOTES) {
    return { reason: _("A workflow has at most %(most)s notes.", { most: MAX_NOTES }) };
  }
  const renamed = newIds(graph, part);
  const moved = shift(graph, part, middle);
  const nodes = part.nodes.map((node) => ({
    ...node,
    node_id: renamed.get(node.node_id) ?? node.node_id,
    position: moved(node.position),
    config: followRenamed(node, renamed, typeOf),
  }));
  const edges = part.edges.flatMap((edge) => {
    const [source, target] = [renamed.get(edge.source), renamed.get(edge.target)];
    return source && target ? [{ ...edge, source, target }] : [];
  });
  const notes = part.notes.map((note) => ({
    ...note,
    id: newId(),
    position: moved(note.position),
  }));
  return {
    graph: {
      nodes: [...graph.nodes, ...nodes],
      edges: [...graph.edges, ...edges],
      notes: [...graph.notes, ...notes],
    },
    nodeIds: new Set(nodes.map((node) => node.node_id)),
    noteIds: new Set(notes.map((note) => note.id)),
  };
}

function newIds(graph: Graph, part: Graph): Map<string, string> {
  const taken = new Set(graph.nodes.map((node) => node.node_id));
  const renamed = new Map<string, string>();
  for (const { node_id } of part.nodes) {
    const id = taken.has(node_id) ? freeId(taken, node_id.replace(/_\d+$/, "")) : node_id;
    taken.add(id);
    renamed.set(node_id, id);
  }
  return renamed;
}

/** How places move: around `middle`, and then aside until nothing lies exactly on another. */
function shift(graph: Graph, part: Graph, middle: Position | null) {
  const own = middleOf(boxesOf(part)) ?? { x: 0, y: 0 };
  const start = middle ? onGrid({ x: middle.x - own.x, y: middle.y - own.y }) : { x: 0, y: 0 };
  const key = ({ x, y }: Position) => `${x} ${y}`;
  const taken = new Set([...graph.nodes, ...graph.notes].map((item) => key(item.position)));
  const places = [...part.nodes, ...part.notes].map((item) => item.position);
  const by = (aside: number) => (place: Position) => ({
    x: place.x + start.x + aside,
    y: place.y + start.y + aside,
  });
  let aside = 0;
  while (places.some((place) => taken.has(key(by(aside)(place))))) aside += OFFSET;
  return by(aside);
}
