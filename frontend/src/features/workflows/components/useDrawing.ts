import {
  applyNodeChanges,
  type EdgeChange,
  type EdgeSelectionChange,
  type Node,
  type NodeChange,
  type NodeSelectionChange,
} from "@xyflow/react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

import { typeOf } from "../componentTypes";
import { drawnEdges, drawnNodes } from "../graph/drawn";
import type { Graph } from "../graph/model";
import { graphOf, type Selection, useEditor } from "../store/editor";

/**
 * What React Flow draws. While nodes are being dragged their places are here alone; the graph
 * learns of them once, at the end.
 */
export function useDrawing() {
  const graph = useEditor(graphOf);
  const selection = useEditor((state) => state.selection);
  const [nodes, setNodes] = useState<Node[]>(() => drawnNodes(graph, selection, typeOf));
  useLayoutEffect(() => {
    setNodes((before) => drawnNodes(graph, selection, typeOf, before));
  }, [graph, selection]);
  const onNodesChange = useCallback((changes: NodeChange[]) => {
    const chosen = changes.filter((change) => change.type === "select");
    if (chosen.length) selectNodes(chosen);
    const others = changes.filter((change) => change.type !== "select" && change.type !== "remove");
    if (others.length) setNodes((before) => applyNodeChanges(others, before));
  }, []);
  return { nodes, onNodesChange, edges: useEdges(graph, selection), onEdgesChange };
}

function useEdges(graph: Graph, selection: Selection) {
  const before = useRef<ReturnType<typeof drawnEdges>>([]);
  return useMemo(() => {
    before.current = drawnEdges(graph, selection, before.current);
    return before.current;
  }, [graph, selection]);
}

function onEdgesChange(changes: EdgeChange[]): void {
  const chosen = changes.filter((change) => change.type === "select");
  if (!chosen.length) return;
  const { selection, select } = useEditor.getState();
  select({ ...selection, edges: toggled(selection.edges, chosen) });
}

function selectNodes(changes: readonly NodeSelectionChange[]): void {
  const state = useEditor.getState();
  const notes = new Set(graphOf(state).notes.map((note) => note.id));
  const { selection } = state;
  state.select({
    nodes: toggled(selection.nodes, changes.filter((change) => !notes.has(change.id))),
    notes: toggled(selection.notes, changes.filter((change) => notes.has(change.id))),
    edges: selection.edges,
  });
}

function toggled(
  before: ReadonlySet<string>,
  changes: readonly (NodeSelectionChange | EdgeSelectionChange)[],
): ReadonlySet<string> {
  if (!changes.length) return before;
  const after = new Set(before);
  for (const { id, selected } of changes) {
    if (selected) after.add(id);
    else after.delete(id);
  }
  return after;
}

/** The places of dragged things, as the graph wants them; null if nothing moved. */
export function placesOf(graph: Graph, dragged: readonly Node[]) {
  const before = new Map([
    ...graph.nodes.map((node) => [node.node_id, node.position] as const),
    ...graph.notes.map((note) => [note.id, note.position] as const),
  ]);
  const moved = dragged.filter((node) => {
    const at = before.get(node.id);
    return at && (at.x !== node.position.x || at.y !== node.position.y);
  });
  return moved.length ? new Map(moved.map((node) => [node.id, node.position])) : null;
}
