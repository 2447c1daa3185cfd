/** The execution that the drawing shows, and how it is followed; nothing while it shows the graph
 * alone. */

import { create } from "zustand";

import type { ExecutionDetail, NodeRun } from "@/types/models";

import type { Connection } from "./polling";

/** A requested run of a schedule that has no execution yet. */
export interface Awaited {
  scheduleId: string;
  name: string;
  runId: string;
  status: string;
  reason: string;
}

export type Drawer = "this" | "past";

export interface RunState {
  execution: ExecutionDetail | null;
  awaited: Awaited | null;
  /** When this page began to wait for it; for the word that no worker takes it. */
  since: number;
  connection: Connection;
  drawer: Drawer | null;
  /** The version that is drawn in place of the graph in work, since the run is of that one. */
  drawnVersion: number | null;
  /** What cannot be shown of it, in words. */
  notice: string;
  show: (execution: ExecutionDetail | null) => void;
  openDrawer: (drawer: Drawer | null) => void;
}

export const NO_RUN = {
  execution: null,
  awaited: null,
  since: 0,
  connection: "live",
  drawer: null,
  drawnVersion: null,
  notice: "",
} as const;

export const useRun = create<RunState>()((set) => ({
  ...NO_RUN,
  show: (execution) => set({ execution }),
  openDrawer: (drawer) => set({ drawer }),
}));

/** What the shown execution says of a node; undefined if it was not reached. */
export function nodeRunOf({ execution }: RunState, nodeId: string): NodeRun | undefined {
  return execution?.node_runs.find((run) => run.node_id === nodeId);
}
