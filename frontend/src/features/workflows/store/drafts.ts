/**
 * What is typed in a field and is no value yet, such as JSON without its last brace. It is kept
 * until it is mended, whatever else is chosen in the meantime.
 */

import { create } from "zustand";

export interface Draft {
  readonly text: string;
  /** Why it is no value, as a sentence; null if it is one. */
  readonly fault: string | null;
  /** The value beneath it as text. A draft of another value counts no more. */
  readonly base: string;
}

interface DraftState {
  drafts: Readonly<Record<string, Draft>>;
  keep: (nodeId: string, path: string, draft: Draft | null) => void;
}

export const draftKey = (nodeId: string, path: string) => `${nodeId} ${path}`;

export const useDrafts = create<DraftState>()((set, get) => ({
  drafts: {},
  keep: (nodeId, path, draft) => {
    const { [draftKey(nodeId, path)]: before, ...drafts } = get().drafts;
    if (draft) set({ drafts: { ...drafts, [draftKey(nodeId, path)]: draft } });
    else if (before) set({ drafts });
  },
}));

/** The nodes with texts that are no values: a save leaves these texts out. */
export function nodesWithFaultyDrafts(): string[] {
  const faulty = Object.entries(useDrafts.getState().drafts).filter(([, draft]) => draft.fault);
  return [...new Set(faulty.map(([key]) => key.split(" ")[0] ?? ""))];
}
