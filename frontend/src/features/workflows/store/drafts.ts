/**
 * What is typed in a field and is no value yet, such as JSON without its last brace. It is kept
 * until it is mended, whatever else is chosen in the meantime.
 */

import { create } from "zustand";

import type { Json } from "@/types/models";

import { type Graph, nodeOf } from "../graph/model";
import { type Path, pathText, valueAt } from "../graph/paths";
import { sameJson } from "../graph/same";

export interface Draft {
  readonly text: string;
  /** Why it is no value, as a sentence; null if it is one. */
  readonly fault: string | null;
  /** The value beneath it. A draft of another value counts no more. */
  readonly base: Json | undefined;
}

interface Placed extends Draft {
  readonly nodeId: string;
  readonly path: Path;
}

interface DraftState {
  drafts: Readonly<Record<string, Placed>>;
  keep: (nodeId: string, path: Path, draft: Draft | null) => void;
}

export const draftKey = (nodeId: string, path: Path) => `${nodeId} ${pathText(path)}`;

export const useDrafts = create<DraftState>()((set, get) => ({
  drafts: {},
  keep: (nodeId, path, draft) => {
    const { [draftKey(nodeId, path)]: before, ...drafts } = get().drafts;
    if (draft) set({ drafts: { ...drafts, [draftKey(nodeId, path)]: { ...draft, nodeId, path } } });
    else if (before) set({ drafts });
  },
}));

export interface Unfinished {
  readonly nodeId: string;
  /** Within the configuration: `cases[0].when`. */
  readonly field: string;
  readonly fault: string;
}

/** The texts that are no values, in the order of the nodes: a save would leave them out. */
export function unfinishedIn(graph: Graph, { drafts } = useDrafts.getState()): Unfinished[] {
  const found = Object.values(drafts).flatMap(({ nodeId, path, fault, base }): Unfinished[] => {
    const node = fault === null ? undefined : nodeOf(graph, nodeId);
    if (!node || fault === null || !sameJson(valueAt(node.config, path), base)) return [];
    return [{ nodeId, field: pathText(path), fault }];
  });
  if (found.length < 2) return found;
  const places = new Map(graph.nodes.map((node, place) => [node.node_id, place]));
  return found.sort((one, other) => (places.get(one.nodeId) ?? 0) - (places.get(other.nodeId) ?? 0));
}
