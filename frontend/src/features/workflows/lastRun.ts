/** The newest finished run of the workflow: what templates complete from and are tried with. */

import { create } from "zustand";

import { get } from "@/api/client";
import { useRun } from "@/features/runs/store";
import { page, rowAddress } from "@/page";
import type { Execution, ExecutionDetail } from "@/types/models";

export type LastRun = ExecutionDetail | null;

interface LastRunState {
  /** The workflow that was asked for. */
  workflow: string | null;
  /** Null if there is none, and until it is known. */
  run: LastRun;
  isKnown: boolean;
}

const NOT_KNOWN: LastRunState = { workflow: null, run: null, isKnown: false };

export const useLastRun = create<LastRunState>()(() => NOT_KNOWN);

const isEnded = (run: Pick<Execution, "finished_at">) => Boolean(run.finished_at);

/** Read it once for a workflow. A failure leaves it unknown, and the next call tries again. */
export async function loadLastRun(workflow: string): Promise<void> {
  if (useLastRun.getState().workflow === workflow) return;
  useLastRun.setState({ ...NOT_KNOWN, workflow });
  const still = () => useLastRun.getState().workflow === workflow && !useLastRun.getState().isKnown;
  try {
    const search = new URLSearchParams({ workflow, ordering: "-created_at" });
    const list = await get<{ results: Execution[] }>(`${page().addresses.executions}?${search}`);
    const newest = list.results.find(isEnded);
    const run = newest ? await get<ExecutionDetail>(rowAddress("executions", newest.id)) : null;
    if (still()) useLastRun.setState({ run, isKnown: true });
  } catch {
    if (still()) useLastRun.setState(NOT_KNOWN);
  }
}

/** A run that has ended on the page is the last one from then on. */
useRun.subscribe(({ execution }) => {
  const { workflow, run } = useLastRun.getState();
  if (!execution || !isEnded(execution) || execution.workflow !== workflow) return;
  const isNewer = !run || run.created_at < execution.created_at || run.id === execution.id;
  if (isNewer && run !== execution) useLastRun.setState({ run: execution, isKnown: true });
});

export const lastRunOf = (nodeId: string) => (state: LastRunState) =>
  state.run?.node_runs.find((each) => each.node_id === nodeId);
