import { useId, useState } from "react";

import type { ApiError } from "@/api/client";
import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Fault } from "@/ui/Fault";
import { say } from "@/ui/messages";
import { useVerb } from "@/ui/useVerb";

import { pauseSchedule, type Schedule } from "./schedule";
import { useSchedules } from "./store";
import { pausedText } from "./words";

const LONGEST_NOTE = 500;

/** Asks why, and pauses. */
export function PauseDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const [note, setNote] = useState("");
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const { isBusy, act } = useVerb(setRefusal);
  const field = useId();
  const fault = refusal && (refusal.fields.note?.join(" ") ?? refusal.message);
  const pause = () =>
    act(async () => {
      const paused = await pauseSchedule(schedule.id, note.trim());
      useSchedules.getState().put(paused);
      say(pausedText(paused));
      onClose();
    });
  return (
    <Dialog
      title={_("Pause %(name)s", { name: schedule.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{_("Cancel")}</Button>
          <Button look="main" disabled={isBusy} onClick={pause}>
            {_("Pause")}
          </Button>
        </>
      }
    >
      <div className={fault ? "o-field o-field--bad" : "o-field"}>
        <label htmlFor={field}>
          {_("Why?")} <span className="o-quiet">{_("optional")}</span>
        </label>
        <input
          id={field}
          value={note}
          maxLength={LONGEST_NOTE}
          aria-describedby={`${field}-help`}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && void pause()}
        />
        {fault ? (
          <Fault id={`${field}-help`}>{fault}</Fault>
        ) : (
          <p className="o-help" id={`${field}-help`}>
            {_(
              "Shown to everyone. No runs start until someone resumes it. A run in progress finishes.",
            )}
          </p>
        )}
      </div>
    </Dialog>
  );
}
