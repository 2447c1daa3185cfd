import { useEffect, useState } from "react";
import { useShallow } from "zustand/react/shallow";

import { nodeOf } from "@/features/workflows/graph/model";
import { save } from "@/features/workflows/saving/save";
import { graphOf, useEditor } from "@/features/workflows/store/editor";
import { _, ngettext } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { useNow } from "@/ui/useNow";
import { useVerb } from "@/ui/useVerb";

import { AddSchedule } from "./AddSchedule";
import { ScheduleSlip } from "./ScheduleSlip";
import { isDue } from "./schedule";
import "./schedules.css";
import { ensureSchedules, reloadSchedules, startingAt, useSchedules } from "./store";

/** How often they are read again while they are looked at; sooner while one of them is due. */
const CALM_MS = 20_000;
const DUE_MS = 4_000;
/** Where the admin's list is the better place. */
const MOST_SHOWN = 50;

/** The schedules that start a schedule trigger, in the panel: with their verbs, and "Add". */
export function TriggerSchedules({ nodeId }: { nodeId: string }) {
  const key = useEditor((state) => nodeOf(graphOf(state), nodeId)?.id);
  const [isAdding, setAdding] = useState(false);
  return (
    <section className="o-schedules">
      <div className="o-section__head">
        <h3>{_("Schedules")}</h3>
        {page().may.add_schedule && key !== undefined ? (
          <Button icon="plus" onClick={() => setAdding(true)}>
            {_("Add")}
          </Button>
        ) : null}
      </div>
      {key === undefined ? <SaveFirst /> : <Slips nodeId={nodeId} />}
      {isAdding && key !== undefined ? (
        <AddSchedule nodeId={nodeId} nodeKey={key} onClose={() => setAdding(false)} />
      ) : null}
    </section>
  );
}

/** Reads the schedules when the panel opens, and at this pace while the tab is visible. */
function useReload(everyMs: number) {
  useEffect(ensureSchedules, []);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void reloadSchedules();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}

function SaveFirst() {
  const { isBusy, act } = useVerb();
  return (
    <>
      <p className="o-quiet">{_("Save first: a schedule starts at a node that is saved.")}</p>
      {page().may.change ? (
        <Button
          disabled={isBusy}
          onClick={() =>
            act(async () => {
              await save();
            })
          }
        >
          {_("Save the workflow")}
        </Button>
      ) : null}
    </>
  );
}

function Slips({ nodeId }: { nodeId: string }) {
  const now = useNow(1000);
  const { isLoaded, problem, areMore } = useSchedules(
    useShallow(({ isLoaded, problem, areMore }) => ({ isLoaded, problem, areMore })),
  );
  const schedules = useSchedules(useShallow((state) => startingAt(state.schedules, nodeId)));
  useReload(schedules.some((schedule) => isDue(schedule, now)) ? DUE_MS : CALM_MS);
  const hidden = schedules.length - MOST_SHOWN;
  return (
    <>
      {problem ? <Problem problem={problem} /> : null}
      {isLoaded || problem ? null : <p className="o-quiet">{_("Reading the schedules…")}</p>}
      {isLoaded && !schedules.length ? (
        <p className="o-quiet">{_("No schedule starts here yet.")}</p>
      ) : null}
      <ul>
        {schedules.slice(0, MOST_SHOWN).map((schedule) => (
          <ScheduleSlip key={schedule.id} schedule={schedule} now={now} />
        ))}
      </ul>
      {hidden > 0 || areMore ? <p className="o-quiet">{others(hidden, areMore)}</p> : null}
    </>
  );
}

function others(hidden: number, areMore: boolean): string {
  if (hidden <= 0) return _("Others are in the list of schedules.");
  if (areMore) return _("%(hidden)s or more others are in the list of schedules.", { hidden });
  return ngettext(
    "%(count)s other is in the list of schedules.",
    "%(count)s others are in the list of schedules.",
    hidden,
  );
}

function Problem({ problem }: { problem: string }) {
  return (
    <div className="o-note is-bad" role="status">
      <span className="o-note__text">{problem}</span>
      <Button onClick={() => void reloadSchedules()}>{_("Try again")}</Button>
    </div>
  );
}
