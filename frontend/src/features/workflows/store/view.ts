/** How the drawing is looked at, and what is said about it. Nothing of this is saved. */

import { create } from "zustand";

import { _ } from "@/gettext";

export interface Hint {
  readonly text: string;
  readonly tone: "bad" | "info";
}

interface ViewState {
  /** Whether the graph is read as a list instead of a drawing. */
  list: boolean;
  /** What stands above the drawing: why something was refused. */
  hint: Hint | null;
  /** The last thing that was done, for screen readers. */
  said: string;
  setList: (list: boolean) => void;
  showHint: (text: string, tone?: Hint["tone"]) => void;
  clearHint: () => void;
}

export const useView = create<ViewState>()((set, get) => ({
  list: false,
  hint: null,
  said: "",
  setList: (list) => set({ list, said: list ? _("Read as a list.") : _("Shown as a drawing.") }),
  showHint: (text, tone = "bad") => {
    const { hint } = get();
    if (hint?.text !== text || hint.tone !== tone) set({ hint: { text, tone } });
  },
  clearHint: () => {
    if (get().hint) set({ hint: null });
  },
}));

/** Say what was done, to screen readers alone: on the drawing it can be seen. */
export const announce = (text: string): void => useView.setState({ said: text });
