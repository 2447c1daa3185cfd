/** The workflow that is being edited: its graph, its history, what is selected, what is saved. */

import { create } from "zustand";

import type { FieldProblems } from "@/api/client";

import { removeEdges, removeNodes, removeNotes, withKeys } from "../graph/changes";
import { begin, type History, mapHistory, record, redo, undo } from "../graph/history";
import { EMPTY, type Graph } from "../graph/model";
import { type PlacedProblem, placeProblems } from "../graph/problems";
import { countChanges } from "../graph/same";

export interface Saved {
  readonly graph: Graph;
  readonly graphVersion: number;
  readonly etag: string | null;
}

/** Ids of nodes and notes, and keys of edges. */
export interface Selection {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly notes: ReadonlySet<string>;
}

const NOTHING: Selection = { nodes: new Set(), edges: new Set(), notes: new Set() };

interface EditorState {
  history: History<Graph>;
  saved: Saved;
  selection: Selection;
  /** What the server refused at the last save, by path (`nodes[2].config.url`). */
  problems: FieldProblems;
  /** The same by node and edge, so that they stay there while the graph changes. */
  placed: readonly PlacedProblem[];
  /** Whether the graph on the canvas can be changed now. */
  mayChange: boolean;
  /** Whether the user may change the workflow. */
  isAllowed: boolean;
  /** Another graph, such as an old version, that is looked at in place of the one in work. */
  looked: Graph | null;
}

interface EditorActions {
  /** Begin with what the server has. */
  load: (saved: Saved, mayChange: boolean) => void;
  /** Take note of what the server has now. The canvas keeps its graph; new nodes get their ids. */
  markSaved: (saved: Saved) => void;
  /** Show another graph, which cannot be changed; with null, the one in work again. */
  look: (graph: Graph | null) => void;
  /** Change the graph as one step of the history. See `record` for `series`. */
  change: (make: (graph: Graph) => Graph, series?: string) => void;
  /** The same for what does not come from the user's hand: also while another graph is shown. */
  put: (make: (graph: Graph) => Graph, series?: string) => void;
  undo: () => void;
  redo: () => void;
  select: (selection: Partial<Selection>) => void;
  deleteSelected: () => void;
  /** `sent` is the graph that was refused: paths count in its lists. */
  setProblems: (problems: FieldProblems, sent?: Graph) => void;
}

export type Editor = EditorState & EditorActions;

const NO_PROBLEMS = { problems: {}, placed: [] };
const UNSAVED: Saved = { graph: EMPTY, graphVersion: 0, etag: null };

export const useEditor = create<Editor>()((set, get) => ({
  history: begin(EMPTY),
  saved: UNSAVED,
  selection: NOTHING,
  problems: {},
  placed: [],
  mayChange: false,
  isAllowed: false,
  looked: null,
  load: (saved, mayChange) =>
    set({
      saved,
      mayChange,
      isAllowed: mayChange,
      looked: null,
      history: begin(saved.graph),
      selection: NOTHING,
      ...NO_PROBLEMS,
    }),
  markSaved: (saved) => {
    const ids = new Map(saved.graph.nodes.map((node) => [node.node_id, node.id]));
    const history = mapHistory(get().history, (graph) => withKeys(graph, ids));
    set({ saved, history, ...NO_PROBLEMS });
  },
  look: (graph) =>
    set({ looked: graph, mayChange: graph === null && get().isAllowed, selection: NOTHING }),
  change: (make, series) => get().mayChange && get().put(make, series),
  put: (make, series) => {
    const { history } = get();
    set({ history: record(history, make(history.now), series ?? null) });
  },
  undo: () => get().mayChange && set({ history: undo(get().history) }),
  redo: () => get().mayChange && set({ history: redo(get().history) }),
  select: (selection) => set({ selection: { ...NOTHING, ...selection } }),
  deleteSelected: () => {
    const { nodes, edges, notes } = get().selection;
    get().change((graph) => removeNotes(removeEdges(removeNodes(graph, nodes), edges), notes));
    set({ selection: NOTHING });
  },
  setProblems: (problems, sent = graphOf(get())) =>
    set({ problems, placed: placeProblems(sent, problems) }),
}));

export const graphOf = (state: Editor): Graph => state.looked ?? state.history.now;
/** How many nodes, edges and notes are not saved. */
export const unsavedOf = (state: Editor): number =>
  countChanges(state.saved.graph, state.history.now);
export const isChanged = (state: Editor): boolean => unsavedOf(state) > 0;
/** The one node that the panel shows; null if none or several are selected. */
export function chosenNode(state: Editor): string | null {
  const [first, ...others] = state.selection.nodes;
  return first !== undefined && others.length === 0 ? first : null;
}
