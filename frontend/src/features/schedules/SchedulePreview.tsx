import { _ } from "@/gettext";
import { exact, moment, relative } from "@/ui/time";

import type { Preview, Tick } from "./schedule";

/** A timing in words, and its next runs in its own zone. */
export function SchedulePreview({ preview, now }: { preview: Preview; now: Date }) {
  return (
    <>
      <p className="o-preview">
        {preview.text}
        {preview.text.includes(preview.timezone) ? null : (
          <span className="o-quiet">{preview.timezone}</span>
        )}
      </p>
      {preview.ticks.length ? (
        <ol className="o-ticks">
          {preview.ticks.map((tick, index) => (
            <TickLine
              key={tick.scheduled_for}
              tick={tick}
              zone={preview.timezone}
              now={now}
              isNext={index === 0}
            />
          ))}
        </ol>
      ) : (
        <p className="o-quiet">{_("No runs lie ahead.")}</p>
      )}
    </>
  );
}

interface TickLineProps {
  tick: Tick;
  zone: string;
  now: Date;
  isNext: boolean;
}

function TickLine({ tick, zone, now, isNext }: TickLineProps) {
  const at = new Date(tick.scheduled_for);
  const change = changeOf(tick);
  return (
    <li className={isNext ? "is-next" : undefined}>
      <time dateTime={tick.scheduled_for} title={exact(at, zone)}>
        {moment(at, now, zone)}
      </time>
      <span className="o-quiet">{change}</span>
      <span className="o-end">{relative(at, now)}</span>
    </li>
  );
}

function changeOf({ moved_by_gap: isMoved, first_of_two: isFirst }: Tick): string {
  if (isMoved) return _("moved, since the clocks go forward");
  return isFirst ? _("the first of two, since the clocks go back") : "";
}
