/** The schedules of this workflow, read once and again after what may have changed them. */

import { create } from "zustand";

import { ApiError } from "@/api/client";
import { useEditor } from "@/features/workflows/store/editor";
import { _ } from "@/gettext";
import { page } from "@/page";

import { loadSchedules, type Schedule } from "./schedule";

interface SchedulesState {
  schedules: readonly Schedule[];
  areMore: boolean;
  /** Whether they were read, so that an empty list means that there are none. */
  isLoaded: boolean;
  /** Why they could not be read last time, in words. */
  problem: string;
  /** Take the answer of a verb. */
  put: (schedule: Schedule) => void;
}

export const useSchedules = create<SchedulesState>()((set) => ({
  schedules: [],
  areMore: false,
  isLoaded: false,
  problem: "",
  put: (schedule) =>
    set(({ schedules }) => ({
      schedules: schedules.some((each) => each.id === schedule.id)
        ? schedules.map((each) => (each.id === schedule.id ? { ...each, ...schedule } : each))
        : [...schedules, schedule],
    })),
}));

let underway: Promise<void> | null = null;
let isSubscribed = false;

/** Read them if nobody has, and again after each save of the graph. */
export function ensureSchedules(): void {
  if (!isSubscribed) {
    isSubscribed = true;
    useEditor.subscribe((now, before) => {
      if (now.saved.graphVersion !== before.saved.graphVersion) void reloadSchedules();
    });
  }
  const { isLoaded, problem } = useSchedules.getState();
  if (!isLoaded && !problem && !underway) void reloadSchedules();
}

/** Read them again. While that is under way, a second call waits for the first. */
export function reloadSchedules(): Promise<void> {
  underway ??= read().finally(() => {
    underway = null;
  });
  return underway;
}

async function read(): Promise<void> {
  const { workflow } = page();
  if (!workflow) return;
  try {
    const { schedules, areMore } = await loadSchedules(workflow.id);
    useSchedules.setState({ schedules, areMore, isLoaded: true, problem: "" });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const problem = error.isSignedOut
      ? _("Your session has ended. Sign in again in another tab to see the schedules.")
      : error.message;
    useSchedules.setState({ problem });
  }
}

/** The schedules that start at a node of the saved graph. */
export function startingAt(schedules: readonly Schedule[], nodeId: string): Schedule[] {
  return schedules.filter((schedule) => schedule.start_node === nodeId);
}

/** The schedules that would be left without this trigger if it were deleted: those not ended. */
export function schedulesStartingAt(nodeId: string): Schedule[] {
  const found = startingAt(useSchedules.getState().schedules, nodeId);
  return found.filter((schedule) => schedule.status !== "stopped");
}
