import { useEffect, useRef, useState } from "react";

import { watchScheduleRun } from "@/features/runs/follow";
import { _ } from "@/gettext";
import { adminAddress, page } from "@/page";
import { Button } from "@/ui/Button";
import { say } from "@/ui/messages";
import { newId } from "@/ui/newId";
import { State } from "@/ui/State";
import { reasonOf, runState, scheduleState } from "@/ui/states";
import { useVerb } from "@/ui/useVerb";
import { When } from "@/ui/When";

import { PauseDialog } from "./PauseDialog";
import { ResumeDialog } from "./ResumeDialog";
import { countMissed, isDue, may, newestRun, resumeSchedule, runNow, type Schedule, whoPaused } from "./schedule";
import { reloadSchedules, useSchedules } from "./store";
import { resumedText } from "./words";

/** One schedule of a trigger: state with reason, timing, next run, last outcome, and the verbs. */
export function ScheduleSlip({ schedule, now }: { schedule: Schedule; now: Date }) {
  const shown = scheduleState(schedule, now);
  const person = usePerson(schedule);
  const reason = reasonOf(schedule, person);
  return (
    <li className="o-slip">
      <div className="o-slip__line">
        <a className="o-name o-clip" href={adminAddress("admin_schedule", schedule.id)}>
          {schedule.name}
        </a>
        <State {...shown}>{shown.word}</State>
      </div>
      <p className="o-quiet">
        {schedule.timing_text}
        {reason ? <span className="o-slip__reason">{reason}</span> : null}
        <NextRun schedule={schedule} now={now} />
      </p>
      <div className="o-slip__line">
        <LastRun schedule={schedule} now={now} />
        <SlipVerbs schedule={schedule} />
      </div>
    </li>
  );
}

/** Who paused it; empty while that is not known. */
function usePerson({ id, status, reason_code, version }: Schedule): string {
  const [person, setPerson] = useState("");
  const isAsked = status === "paused" && reason_code === "by_user";
  useEffect(() => {
    setPerson("");
    if (!isAsked) return;
    const left = new AbortController();
    whoPaused(id, left.signal).then(setPerson, () => undefined);
    return () => left.abort();
  }, [id, isAsked, version]);
  return person;
}

function NextRun({ schedule, now }: { schedule: Schedule; now: Date }) {
  if (schedule.status !== "active") return null;
  if (!schedule.next_run_at) return <span className="o-slip__reason">{_("Runs on request")}</span>;
  if (isDue(schedule, now)) return <span className="o-slip__reason">{_("Due now")}</span>;
  return (
    <span className="o-slip__reason">
      {_("Next")} <When at={schedule.next_run_at} now={now} />
    </span>
  );
}

/** The last outcome; a button that shows the run on the drawing, unless it never started. */
function LastRun({ schedule, now }: { schedule: Schedule; now: Date }) {
  const { id, name, last_run: last } = schedule;
  const { isBusy, act } = useVerb();
  const show = () =>
    act(async () => {
      const run = await newestRun(id);
      if (run?.execution) watchScheduleRun(run);
      else say(_("The last run of %(name)s has not started.", { name }), "warn");
    });
  if (!last) return <span className="o-quiet">{_("No runs yet")}</span>;
  const shown = runState(last.status);
  const outcome = (
    <>
      <State {...shown}>{shown.word}</State>{" "}
      <span className="o-quiet">
        <When at={last.finished_at ?? last.scheduled_for} now={now} only="relative" />
      </span>
    </>
  );
  if (["skipped", "missed"].includes(last.status)) return <span className="o-slip__last">{outcome}</span>;
  return (
    <button
      type="button"
      className="o-slip__last"
      title={_("Show this run on the drawing")}
      disabled={isBusy}
      onClick={show}
    >
      {outcome}
    </button>
  );
}

type Open = "pause" | { missed: number } | null;

function SlipVerbs({ schedule }: { schedule: Schedule }) {
  const { isBusy, act } = useVerb();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const { id, name, status, awaits_approval: awaitsApproval } = schedule;
  const askToResume = () =>
    act(async () => {
      const missed = await countMissed(id);
      if (missed) return setOpen({ missed });
      const resumed = await resumeSchedule(id, "none");
      useSchedules.getState().put(resumed);
      say(resumedText(resumed, new Date(), page().zone));
    });
  if (awaitsApproval) {
    return (
      <a className="o-btn o-btn--s" href={adminAddress("admin_schedule", id)}>
        {_("Review")}
      </a>
    );
  }
  return (
    <span className="o-row-actions">
      {status === "active" && may("pause", schedule) ? (
        <Button icon="pause" aria-label={_("Pause %(name)s…", { name })} onClick={() => setOpen("pause")} />
      ) : null}
      {status === "paused" && may("resume", schedule) ? (
        <Button icon="play" aria-label={_("Resume %(name)s", { name })} disabled={isBusy} onClick={askToResume} />
      ) : null}
      {status !== "stopped" && may("run", schedule) ? <RunNowButton schedule={schedule} /> : null}
      {open === "pause" ? <PauseDialog schedule={schedule} onClose={close} /> : null}
      {open && open !== "pause" ? (
        <ResumeDialog schedule={schedule} missed={open.missed} onClose={close} />
      ) : null}
    </span>
  );
}

/** Starts one run however often it is clicked, and however often it is tried until it worked. */
function RunNowButton({ schedule }: { schedule: Schedule }) {
  const { isBusy, act } = useVerb();
  const requestId = useRef(newId());
  const run = () =>
    act(async () => {
      const started = await runNow(schedule.id, requestId.current);
      requestId.current = newId();
      watchScheduleRun(started);
      void reloadSchedules();
    });
  return (
    <Button icon="zap" aria-label={_("Run %(name)s now", { name: schedule.name })} disabled={isBusy} onClick={run} />
  );
}
