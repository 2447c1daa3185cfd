/** Following a run: show it on the drawing of the version it ran, and ask for news of it. */

import { ApiError, get, post } from "@/api/client";
import { useEditor } from "@/features/workflows/store/editor";
import { loadVersion } from "@/features/workflows/versions/load";
import { leaveVersion, useVersions } from "@/features/workflows/versions/store";
import { _ } from "@/gettext";
import { page, rowAddress } from "@/page";
import type { Execution, ExecutionDetail, ScheduleRun } from "@/types/models";

import { hasEnded, updated, versionOf } from "./execution";
import { type Connection, startPolling } from "./polling";
import { type Drawer, NO_RUN, type RunState, useRun } from "./store";

let stop: () => void = () => undefined;

/** Show an execution on the drawing, and follow it while it runs. */
export function watchExecution(id: string, drawer: Drawer = "this"): void {
  const shown = useRun.getState().execution;
  begin(shown?.id === id ? { execution: shown, drawer } : { drawer });
  let isFirst = true;
  stop = startPolling(async (signal) => {
    const answer = await get<ExecutionDetail>(rowAddress("executions", id), signal);
    if (isFirst) await drawVersion(answer);
    isFirst = false;
    useRun.getState().show(updated(useRun.getState().execution, answer));
    return !hasEnded(answer.status ?? "");
  }, tell);
}

/** Wait until a worker has taken a requested run of a schedule, then show its execution. */
export function watchScheduleRun(run: ScheduleRun): void {
  if (run.execution) {
    watchExecution(run.execution);
    return;
  }
  const { schedule: scheduleId, schedule_name: name, id: runId, status, reason } = run;
  begin({ awaited: { scheduleId, name, runId, status, reason }, drawer: "this" });
  const address = rowAddress("schedules", scheduleId, "runs/?origin=manual&page_size=50");
  stop = startPolling(async (signal) => {
    const { results } = await get<{ results: ScheduleRun[] }>(address, signal);
    const found = results.find((each) => each.id === runId);
    if (found?.execution) {
      watchExecution(found.execution);
      return false;
    }
    const { awaited } = useRun.getState();
    if (found && awaited) {
      useRun.setState({ awaited: { ...awaited, status: found.status, reason: found.reason } });
    }
    return !hasEnded(found?.status ?? "");
  }, tell);
}

/** Show the graph alone again. */
export function closeRun(): void {
  stop();
  stop = () => undefined;
  const { drawnVersion } = useRun.getState();
  const isAnotherShown = useVersions.getState().shown !== null;
  if (drawnVersion !== null && !isAnotherShown) useEditor.getState().look(null);
  useRun.setState(NO_RUN);
}

/** Ask that the shown execution end. Raises `ApiError`. */
export async function cancelExecution(id: string): Promise<void> {
  const answer = await post<Execution>(rowAddress("executions", id, "cancel/"));
  const { execution } = useRun.getState();
  if (execution?.id === answer.id) useRun.getState().show({ ...execution, ...answer });
}

function begin(state: Partial<RunState>): void {
  const { drawnVersion } = useRun.getState();
  stop();
  useRun.setState({ ...NO_RUN, drawnVersion, since: Date.now(), ...state });
}

const tell = (connection: Connection): void => useRun.setState({ connection });

/** Draw the graph that the execution ran, where it is not the one that is drawn. */
async function drawVersion(execution: Execution): Promise<void> {
  leaveVersion();
  const version = versionOf(execution);
  const { saved, look } = useEditor.getState();
  const { drawnVersion } = useRun.getState();
  const wanted = version === saved.graphVersion ? null : version;
  if (page().page === "execution" || wanted === drawnVersion) return;
  if (wanted === null) {
    look(null);
    useRun.setState({ drawnVersion: null });
    return;
  }
  try {
    const graph = await loadVersion(execution.workflow ?? "", wanted);
    look(graph);
    useRun.setState({ drawnVersion: wanted });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const notice = _("Version %(wanted)s, which it ran, cannot be shown: %(message)s", {
      wanted,
      message: error.message,
    });
    useRun.setState({ notice });
  }
}
