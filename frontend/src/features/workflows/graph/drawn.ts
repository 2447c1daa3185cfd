/**
 * The graph as React Flow draws it. Items that did not change stay the same objects, so that
 * nothing is drawn again because of another one.
 */

import type { Edge, Node } from "@xyflow/react";

import { _ } from "@/gettext";

import type { TypeOf } from "./connect";
import { indexOf, isAttached } from "./lookup";
import { edgeKey, type Graph, type GraphEdge, type Note, TOOL } from "./model";
import { flowOrder } from "./order";
import { IN, TOOL_PORT, TOOLS_PORT } from "./proposal";
import { nodesInWords } from "./words";

interface Chosen {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly notes: ReadonlySet<string>;
}

export const STEP_NODE = "step";
export const NOTE_NODE = "note";

/** Nodes in the order of the flow (the order of the Tab key), then notes. */
export function drawnNodes(
  graph: Graph,
  chosen: Chosen,
  typeOf: TypeOf,
  before: readonly Node[] = [],
): Node[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const { byId } = indexOf(graph);
  const words = nodesInWords(graph, typeOf);
  const steps = flowOrder(graph).flatMap((id): Node[] => {
    const node = byId.get(id);
    if (!node) return [];
    const drawn = {
      id,
      type: STEP_NODE,
      position: node.position,
      selected: chosen.nodes.has(id),
      ariaLabel: words.get(id) ?? id,
      className: isAttached(graph, id) ? "o-flow-node o-flow-node--tool" : "o-flow-node",
      data: EMPTY,
    };
    return [kept(known.get(id), drawn)];
  });
  const notes = graph.notes.map((note) => kept(known.get(note.id), drawnNote(note, chosen)));
  return [...steps, ...notes];
}

const EMPTY = {};

const drawnNote = (note: Note, chosen: Chosen): Node => ({
  id: note.id,
  type: NOTE_NODE,
  position: note.position,
  width: note.size.width,
  height: note.size.height,
  zIndex: -1,
  selected: chosen.notes.has(note.id),
  ariaLabel: _("Note: %(text)s", { text: note.text || _("empty") }),
  data: EMPTY,
});

/** The object that was drawn before, if nothing is different; else with what it measured. */
function kept(before: Node | undefined, now: Node): Node {
  if (!before) return now;
  const position = before.dragging ? before.position : now.position;
  const isSame =
    before.position.x === position.x &&
    before.position.y === position.y &&
    before.selected === now.selected &&
    before.ariaLabel === now.ariaLabel &&
    before.className === now.className &&
    before.width === now.width &&
    before.height === now.height;
  return isSame ? before : { ...before, ...now, position };
}

export function drawnEdges(graph: Graph, chosen: Chosen, before: readonly Edge[] = []): Edge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const { byId } = indexOf(graph);
  return graph.edges
    .filter((edge) => byId.has(edge.source) && byId.has(edge.target))
    .map((edge) => {
      const id = edgeKey(edge);
      const selected = chosen.edges.has(id);
      const same = known.get(id);
      return same && same.selected === selected ? same : drawnEdge(id, edge, selected);
    });
}

const drawnEdge = (id: string, edge: GraphEdge, selected: boolean): Edge => ({
  id,
  type: "flow",
  source: edge.source,
  target: edge.target,
  sourceHandle: edge.kind === TOOL ? TOOL_PORT : edge.source_port,
  targetHandle: edge.kind === TOOL ? TOOLS_PORT : IN,
  selected,
  ariaLabel: _("Edge from %(source)s to %(target)s", { source: edge.source, target: edge.target }),
  data: { edge },
});
