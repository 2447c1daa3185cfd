/** What people do to the drawing, by pointer, key or list: each changes the graph and says so. */

import { warnOfBereft } from "@/features/schedules/bereft";
import { _ } from "@/gettext";
import type { Position } from "@/types/models";
import { newId } from "@/ui/newId";

import { typeOf } from "../componentTypes";
import { addEdge, move, putNote, removeEdges } from "../graph/changes";
import { asText, copied, fromText, paste } from "../graph/clipboard";
import { refusal } from "../graph/connect";
import { insert, type Recipe, type Spot } from "../graph/insert";
import { tidy } from "../graph/layout";
import {
  edgeKey,
  type Graph,
  type GraphEdge,
  MAX_NODES,
  MAX_NOTES,
  nameOf,
  NODE_HEIGHT,
  NODE_WIDTH,
  nodeOf,
} from "../graph/model";
import { freePlace } from "../graph/places";
import { countInWords, edgeInWords } from "../graph/words";
import { graphOf, useEditor } from "./editor";
import { fitAll, isInView, middleOfView, reveal } from "./flow";
import { announce, useView } from "./view";

const HINT_MS = 6000;
const NOTE_SIZE = { width: 220, height: 100 };

const editor = () => useEditor.getState();
const graph = () => graphOf(editor());

/** Show for a while why something cannot be done. */
function refuse(reason: string): void {
  useView.getState().showHint(reason);
  setTimeout(() => {
    if (useView.getState().hint?.text === reason) useView.getState().clearHint();
  }, HINT_MS);
}

/** Where a node goes that is added without saying where: along what is selected. */
function spotForNew(): Spot {
  const { nodes, edges } = editor().selection;
  const [node] = nodes;
  const [edge] = edges;
  if (nodes.size === 1 && node !== undefined) return { kind: "after", nodeId: node };
  if (nodes.size === 0 && edges.size === 1 && edge !== undefined) return { kind: "edge", key: edge };
  // The first node of a drawing stands high: what follows it goes down.
  const { x, y } = middleOfView(graph().nodes.length ? 0.5 : 0.2);
  return { kind: "free", at: { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 } };
}

/** Add a node and select it. Returns its `node_id`; null if it was refused. */
export function add(recipe: Recipe, spot: Spot = spotForNew()): string | null {
  const before = graph();
  if (before.nodes.length >= MAX_NODES) {
    refuse(_("A workflow has at most %(most)s nodes.", { most: MAX_NODES }));
    return null;
  }
  const added = insert(before, recipe, spot, typeOf);
  editor().change(() => added.graph);
  editor().select({ nodes: new Set([added.nodeId]) });
  const node = nodeOf(added.graph, added.nodeId);
  if (node) reveal(node.position);
  const links = added.graph.edges.filter(
    (edge) => edge.source === added.nodeId || edge.target === added.nodeId,
  );
  const linked = links.map((edge) => edgeInWords(added.graph, edge, "Connected"));
  announce([_("Added %(name)s", { name: node ? nameOf(node) : "" }), ...linked].join(". "));
  return added.nodeId;
}

/** Draw an edge, or say why it cannot be. */
export function connect(edge: GraphEdge): boolean {
  const reason = refusal(graph(), edge, typeOf);
  if (reason) {
    refuse(_("Can't connect. %(reason)s", { reason }));
    return false;
  }
  editor().change((before) => addEdge(before, edge));
  announce(edgeInWords(graph(), edge, "Connected"));
  return true;
}

export function disconnect(edge: GraphEdge): void {
  editor().change((before) => removeEdges(before, new Set([edgeKey(edge)])));
  announce(edgeInWords(graph(), edge, "Disconnected"));
}

export function deleteSelected(): void {
  const { nodes, edges, notes } = editor().selection;
  if (!nodes.size && !edges.size && !notes.size) return;
  const before = graph();
  editor().deleteSelected();
  warnOfBereft(before, nodes);
  announce(_("Deleted %(what)s", { what: countInWords(nodes.size, notes.size, edges.size) }));
}

export function undo(): void {
  if (!editor().history.past.length) return announce(_("Nothing to undo"));
  editor().undo();
  announce(_("Undid the last change"));
}

export function redo(): void {
  if (!editor().history.future.length) return announce(_("Nothing to redo"));
  editor().redo();
  announce(_("Redid the change"));
}

export function selectAll(): void {
  const { nodes, notes } = graph();
  editor().select({
    nodes: new Set(nodes.map((node) => node.node_id)),
    notes: new Set(notes.map((note) => note.id)),
  });
  announce(_("Selected %(what)s", { what: countInWords(nodes.length, notes.length) }));
}

export function clearSelection(): void {
  editor().select({});
  useView.getState().clearHint();
}

/** What is selected, as text for the clipboard; null if nothing is. */
export function copySelected(): string | null {
  const { nodes, notes } = editor().selection;
  if (!nodes.size && !notes.size) return null;
  announce(_("Copied %(what)s", { what: countInWords(nodes.size, notes.size) }));
  return asText(copied(graph(), nodes, notes));
}

export function pasteText(text: string): void {
  const read = fromText(text);
  if ("reason" in read) refuse(read.reason);
  else pastePart(read.part, (what) => _("Pasted %(what)s", { what }));
}

export function duplicateSelected(): void {
  const { nodes, notes } = editor().selection;
  if (!nodes.size && !notes.size) return;
  pastePart(copied(graph(), nodes, notes), (what) => _("Duplicated %(what)s", { what }));
}

function pastePart(part: Graph, said: (what: string) => string): void {
  const first = part.nodes[0] ?? part.notes[0];
  const middle = first && isInView(first.position) ? null : middleOfView();
  const pasted = paste(graph(), part, typeOf, middle);
  if ("reason" in pasted) return refuse(pasted.reason);
  editor().change(() => pasted.graph);
  editor().select({ nodes: pasted.nodeIds, notes: pasted.noteIds });
  announce(said(countInWords(part.nodes.length, part.notes.length)));
}

/** Move what is selected by so much. Moves in a row are undone together. */
export function moveSelected(by: Position): void {
  const { nodes, notes } = editor().selection;
  const places = new Map<string, Position>();
  for (const node of graph().nodes) if (nodes.has(node.node_id)) places.set(node.node_id, node.position);
  for (const note of graph().notes) if (notes.has(note.id)) places.set(note.id, note.position);
  for (const [id, { x, y }] of places) places.set(id, { x: x + by.x, y: y + by.y });
  editor().change((before) => move(before, places), `move ${[...places.keys()].join(" ")}`);
}

export function tidyUp(): void {
  editor().change((graph) => tidy(graph, typeOf));
  requestAnimationFrame(() => requestAnimationFrame(fitAll));
  announce(_("Tidied up the drawing"));
}

/** Add a note in view. Returns its id; null if it was refused. */
export function addNote(): string | null {
  if (graph().notes.length >= MAX_NOTES) {
    refuse(_("A workflow has at most %(most)s notes.", { most: MAX_NOTES }));
    return null;
  }
  const id = newId();
  const position = freePlace(graph(), middleOfView(), NOTE_SIZE);
  editor().change((before) => putNote(before, { id, text: "", position, size: NOTE_SIZE }));
  editor().select({ notes: new Set([id]) });
  announce(_("Added a note"));
  return id;
}
