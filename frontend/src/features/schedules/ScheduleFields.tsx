import { type ReactNode, useId } from "react";

import { _ } from "@/gettext";
import { Fault } from "@/ui/Fault";
import { payloadOf } from "@/ui/payload";
import { PayloadField } from "@/ui/PayloadField";

import { CALENDARS, type Draft, type Kind, TIMING_FIELD, UNIT_NAMES, type Unit } from "./draft";

const KINDS: [Kind, string][] = [
  ["cron", _("On a calendar")],
  ["interval", _("At an interval")],
  ["once", _("Once")],
];

interface FieldsProps {
  draft: Draft;
  problems: Record<string, string>;
  onChange: (draft: Draft) => void;
}

/** The fields of a new schedule: of the timing only those of the chosen kind. */
export function ScheduleFields({ draft, problems, onChange }: FieldsProps) {
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <>
      <Field label={_("Name")} problem={problems.name}>
        {(given) => (
          <input {...given} value={draft.name} onChange={(event) => set({ name: event.target.value })} />
        )}
      </Field>
      <fieldset className="o-field">
        <legend>{_("Repeats")}</legend>
        <span className="o-seg">
          {KINDS.map(([kind, name]) => (
            <label key={kind}>
              <input
                type="radio"
                name="schedule_kind"
                checked={draft.kind === kind}
                onChange={() => set({ kind })}
              />
              {name}
            </label>
          ))}
        </span>
      </fieldset>
      <TimingField draft={draft} problem={problems[TIMING_FIELD[draft.kind]]} set={set} />
      <ZoneField zone={draft.zone} problem={problems.timezone} onChange={(zone) => set({ zone })} />
      <PayloadField
        text={draft.payload}
        problem={problemOf(draft.payload) || (problems.trigger_payload ?? "")}
        onChange={(payload) => set({ payload })}
      />
    </>
  );
}

function problemOf(payload: string): string {
  const read = payloadOf(payload);
  return "problem" in read ? read.problem : "";
}

interface TimingFieldProps {
  draft: Draft;
  problem: string | undefined;
  set: (change: Partial<Draft>) => void;
}

function TimingField({ draft, problem, set }: TimingFieldProps) {
  if (draft.kind === "interval") return <IntervalField draft={draft} problem={problem} set={set} />;
  if (draft.kind === "once") {
    return (
      <Field label={_("Run at")} problem={problem}>
        {(given) => (
          <input
            {...given}
            type="datetime-local"
            value={draft.runAt}
            onChange={(event) => set({ runAt: event.target.value })}
          />
        )}
      </Field>
    );
  }
  return <CalendarField draft={draft} problem={problem} set={set} />;
}

function CalendarField({ draft, problem, set }: TimingFieldProps) {
  const help = _("Five fields. Also names, lists, ranges, */n, L (last day), 15W (nearest weekday), 5#2 (second Friday) and @daily.");
  return (
    <Field label={_("Cron expression")} problem={problem} help={help}>
      {(given) => (
        <>
          <input
            {...given}
            className="o-mono"
            value={draft.cron}
            placeholder="30 2 * * mon-fri"
            spellCheck={false}
            onChange={(event) => set({ cron: event.target.value })}
          />
          <span className="o-add-schedule__calendars">
            {CALENDARS.map(([name, cron]) => (
              <button key={cron} type="button" className="o-chip" onClick={() => set({ cron })}>
                {name}
              </button>
            ))}
          </span>
        </>
      )}
    </Field>
  );
}

function IntervalField({ draft, problem, set }: TimingFieldProps) {
  const help = _("Counts elapsed time, so clock changes do not shift it. For “every day at 9:00” choose a calendar.");
  return (
    <Field label={_("Every")} problem={problem} help={help}>
      {(given) => (
        <div className="o-unit">
          <input
            {...given}
            inputMode="decimal"
            value={draft.every}
            onChange={(event) => set({ every: event.target.value })}
          />
          <select
            aria-label={_("Unit")}
            value={draft.unit}
            onChange={(event) => set({ unit: event.target.value as Unit })}
          >
            {Object.entries(UNIT_NAMES).map(([unit, name]) => (
              <option key={unit} value={unit}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
    </Field>
  );
}

const ZONES = Intl.supportedValuesOf("timeZone");

interface ZoneFieldProps {
  zone: string;
  problem: string | undefined;
  onChange: (zone: string) => void;
}

function ZoneField({ zone, problem, onChange }: ZoneFieldProps) {
  const list = useId();
  return (
    <Field label={_("Time zone")} problem={problem}>
      {(given) => (
        <>
          <input
            {...given}
            list={list}
            value={zone}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {ZONES.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

interface Given {
  id: string;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

interface FieldProps {
  label: string;
  problem: string | undefined;
  help?: string;
  children: (given: Given) => ReactNode;
}

/** A label above, help below; a problem takes the place of the help. */
function Field({ label, problem, help, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  const given: Given = {
    id,
    "aria-invalid": problem ? true : undefined,
    "aria-describedby": problem || help ? note : undefined,
  };
  return (
    <div className={problem ? "o-field o-field--bad" : "o-field"}>
      <label htmlFor={id}>{label}</label>
      {children(given)}
      {problem ? <Fault id={note}>{problem}</Fault> : null}
      {help && !problem ? (
        <p className="o-help" id={note}>
          {help}
        </p>
      ) : null}
    </div>
  );
}
