import { useState } from "react";

import { _, ngettext } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { say } from "@/ui/messages";
import { useVerb } from "@/ui/useVerb";

import { type CatchUp, resumeSchedule, type Schedule } from "./schedule";
import { useSchedules } from "./store";
import { resumedText } from "./words";

interface ResumeDialogProps {
  schedule: Schedule;
  missed: number;
  onClose: () => void;
}

/** Asks which of the missed runs to make up for, and resumes. */
export function ResumeDialog({ schedule, missed, onClose }: ResumeDialogProps) {
  const [choice, setChoice] = useState<CatchUp>("none");
  const { isBusy, act } = useVerb();
  const resume = () =>
    act(async () => {
      const resumed = await resumeSchedule(schedule.id, choice);
      useSchedules.getState().put(resumed);
      say(resumedText(resumed, new Date(), page().zone));
      onClose();
    });
  return (
    <Dialog
      title={_("Resume %(name)s", { name: schedule.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{_("Cancel")}</Button>
          <Button look="main" disabled={isBusy} onClick={resume}>
            {_("Resume")}
          </Button>
        </>
      }
    >
      <CatchUpChoices missed={missed} choice={choice} onChoose={setChoice} />
    </Dialog>
  );
}

interface ChoicesProps {
  missed: number;
  choice: CatchUp;
  onChoose: (choice: CatchUp) => void;
}

function CatchUpChoices({ missed, choice, onChoose }: ChoicesProps) {
  const options: [CatchUp, string, string][] = [
    ["none", _("Run none of them"), _("The schedule goes on with its next run.")],
    ["latest", _("Run the latest"), _("One run makes up for all of them.")],
    ["all", _("Run them all"), _("Oldest first, one at a time, at most 100.")],
  ];
  return (
    <fieldset className="o-choices">
      <legend>
        {ngettext(
          "%(count)s run was missed while it was paused",
          "%(count)s runs were missed while it was paused",
          missed,
        )}
      </legend>
      {options.map(([value, name, help]) => (
        <label key={value}>
          <input
            type="radio"
            name="catch_up"
            checked={choice === value}
            onChange={() => onChoose(value)}
          />
          <span className="o-strong">{name}</span>
          <span>{help}</span>
        </label>
      ))}
    </fieldset>
  );
}
