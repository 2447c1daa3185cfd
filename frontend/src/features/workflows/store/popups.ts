/** What is open over the drawing: the small palette, the list of possible connections. */

import { create } from "zustand";

import type { Position } from "@/types/models";

import type { Spot } from "../graph/insert";

interface Popups {
  /** Where a node is to be added, and where on the screen the small palette stands. */
  adding: { spot: Spot; at: Position } | null;
  /** The node that is to be connected by the keyboard. */
  connecting: string | null;
  /** The node under the pointer while an edge is being pulled. */
  over: string | null;
  openPalette: (spot: Spot, at: Position) => void;
  connectFrom: (nodeId: string) => void;
  setOver: (nodeId: string | null) => void;
  close: () => void;
}

export const usePopups = create<Popups>()((set) => ({
  adding: null,
  connecting: null,
  over: null,
  openPalette: (spot, at) => set({ adding: { spot, at }, connecting: null }),
  connectFrom: (nodeId) => set({ connecting: nodeId, adding: null }),
  setOver: (over) => set({ over }),
  close: () => set({ adding: null, connecting: null }),
}));
