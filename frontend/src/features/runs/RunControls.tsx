import { useState } from "react";

import { _ } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { State } from "@/ui/State";
import { runReason, runState } from "@/ui/states";
import { useNow } from "@/ui/useNow";
import { useVerb } from "@/ui/useVerb";

import { type ExecutionDetail, hasEnded, lengthText } from "./execution";
import { cancelExecution, closeRun } from "./follow";
import { PACE_MS } from "./polling";
import { RunDialog } from "./RunDialog";
import "./runs.css";
import { type Awaited, useRun } from "./store";

/** "Run…", and while a run is shown its state and "Cancel". */
export function RunControls() {
  const isShown = useRun((state) => state.execution !== null || state.awaited !== null);
  const isOngoing = useRun(
    ({ execution, awaited }) => !hasEnded((execution ?? awaited)?.status ?? "succeeded"),
  );
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      {isShown ? <ShownRun /> : null}
      {page().may.run && !isOngoing ? (
        <Button icon="play" onClick={() => setAsking(true)}>
          {_("Run…")}
        </Button>
      ) : null}
      {isAsking ? <RunDialog onClose={() => setAsking(false)} /> : null}
    </>
  );
}

/** The state of the shown run, and what can be done with it. */
export function ShownRun({ canClose = true }: { canClose?: boolean }) {
  const execution = useRun((state) => state.execution);
  const awaited = useRun((state) => state.awaited);
  return (
    <>
      <span aria-live="polite">
        {execution ? <ExecutionState execution={execution} /> : null}
        {awaited ? <AwaitedState awaited={awaited} /> : null}
      </span>
      {execution && page().may.run ? <CancelButton execution={execution} /> : null}
      {canClose ? <Button onClick={closeRun}>{_("Close")}</Button> : null}
    </>
  );
}

function ExecutionState({ execution }: { execution: ExecutionDetail }) {
  const status = execution.status ?? "";
  const shown = runState(status);
  const now = useNow(PACE_MS, !hasEnded(status));
  const length = lengthText(execution, now);
  return (
    <State {...shown} loud>
      {length ? lengthOfState(status, shown.word, length) : shown.word}
    </State>
  );
}

function lengthOfState(status: string, state: string, time: string): string {
  if (status === "running") return _("%(state)s for %(time)s", { state, time });
  if (status === "succeeded") return _("%(state)s in %(time)s", { state, time });
  return _("%(state)s after %(time)s", { state, time });
}

function AwaitedState({ awaited }: { awaited: Awaited }) {
  const shown = runState(awaited.status);
  const reason = runReason(awaited.reason);
  return (
    <State {...shown} loud>
      {reason ? `${shown.word}: ${reason}` : shown.word}
    </State>
  );
}

function CancelButton({ execution }: { execution: ExecutionDetail }) {
  const { isBusy, act } = useVerb();
  if (hasEnded(execution.status ?? "")) return null;
  const isAsked = Boolean(execution.cancel_requested_at);
  return (
    <Button
      icon="circle-stop"
      disabled={isBusy || isAsked}
      onClick={() => act(() => cancelExecution(execution.id))}
    >
      {isAsked ? _("Cancelling…") : _("Cancel")}
    </Button>
  );
}
