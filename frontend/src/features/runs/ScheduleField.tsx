import { useId } from "react";

import type { Schedule } from "@/features/schedules/schedule";
import { _ } from "@/gettext";

interface ScheduleFieldProps {
  schedules: readonly Schedule[];
  chosen: string;
  onChoose: (id: string) => void;
}

/** The schedule that is chosen; at first the first one. */
export const chosenSchedule = (schedules: readonly Schedule[], id: string) =>
  schedules.find((schedule) => schedule.id === id) ?? schedules[0];

/** Which schedule is to run. */
export function ScheduleField({ schedules, chosen, onChoose }: ScheduleFieldProps) {
  const id = useId();
  const shown = chosenSchedule(schedules, chosen);
  return (
    <div className="o-field">
      <label htmlFor={id}>{_("Schedule")}</label>
      <select
        id={id}
        value={shown?.id}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChoose(event.target.value)}
      >
        {schedules.map((schedule) => (
          <option key={schedule.id} value={schedule.id}>
            {schedule.name}
          </option>
        ))}
      </select>
      <p className="o-help" id={`${id}-help`}>
        {shown?.timing_text}
      </p>
    </div>
  );
}
