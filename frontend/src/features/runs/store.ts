/** The execution that the drawing shows; null while it shows the graph alone. */

import { create } from "zustand";

import type { ExecutionDetail, NodeRun } from "@/types/models";

interface RunState {
  execution: ExecutionDetail | null;
  show: (execution: ExecutionDetail | null) => void;
}

export const useRun = create<RunState>()((set) => ({
  execution: null,
  show: (execution) => set({ execution }),
}));

/** What the shown execution says of a node; undefined if it was not reached. */
export function nodeRunOf({ execution }: RunState, nodeId: string): NodeRun | undefined {
  return execution?.node_runs.find((run) => run.node_id === nodeId);
}
