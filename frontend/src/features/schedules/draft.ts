/** A schedule as it is filled in: its fields as texts, and the request they make. Pure. */

import { _ } from "@/gettext";
import type { JsonObject } from "@/types/models";

export type Kind = "cron" | "interval" | "once";

export interface Draft {
  name: string;
  kind: Kind;
  cron: string;
  every: string;
  unit: Unit;
  /** As `datetime-local` has it: no offset, on the clock of the zone. */
  runAt: string;
  zone: string;
  /** A JSON object as it is typed. */
  payload: string;
}

/** Common calendars, by what they are called. */
export const CALENDARS: readonly [name: string, cron: string][] = [
  [_("Every hour"), "0 * * * *"],
  [_("Every day at 9:00"), "0 9 * * *"],
  [_("Weekdays at 9:00"), "0 9 * * mon-fri"],
  [_("Mondays at 9:00"), "0 9 * * mon"],
  [_("First of the month"), "0 9 1 * *"],
];

export const UNITS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

/** What each unit is called behind a number. */
export const UNIT_NAMES: Record<Unit, string> = {
  seconds: _("seconds"),
  minutes: _("minutes"),
  hours: _("hours"),
  days: _("days"),
};

export const everyText = ({ every, unit }: Draft): string =>
  _("every %(number)s %(unit)s", { number: every, unit: UNIT_NAMES[unit] });

/** The field of the API that each kind fills in. */
export const TIMING_FIELD = {
  cron: "cron_expression",
  interval: "interval_seconds",
  once: "run_at",
} as const satisfies Record<Kind, string>;

export function newDraft(zone: string): Draft {
  return { name: "", kind: "cron", cron: "", every: "1", unit: "hours", runAt: "", zone, payload: "" };
}

/** The timing as the API reads it; null while its field is empty. */
export function timingOf(draft: Draft): JsonObject | null {
  const timezone = draft.zone.trim();
  if (draft.kind === "cron") {
    const cron_expression = draft.cron.trim();
    return cron_expression ? { cron_expression, timezone } : null;
  }
  if (draft.kind === "once") return draft.runAt ? { run_at: draft.runAt, timezone } : null;
  const every = draft.every.trim();
  if (!every) return null;
  const seconds = Number(every) * UNITS[draft.unit];
  // What is no number goes to the server as it is: it says what would be one.
  return { interval_seconds: Number.isFinite(seconds) ? seconds : every, timezone };
}

/** The problems of the fields that the form shows, and the others as sentences. */
export function placed(
  fields: Record<string, string[]>,
  kind: Kind,
): { at: Record<string, string>; others: string[] } {
  const shown = new Set<string>(["name", "timezone", "trigger_payload", TIMING_FIELD[kind]]);
  const at: Record<string, string> = {};
  const others: string[] = [];
  for (const [field, problems] of Object.entries(fields)) {
    if (shown.has(field)) at[field] = problems.join(" ");
    else others.push(...problems);
  }
  return { at, others };
}

/** Fields with the same meaning as a timing of another notation, which the server suggests. */
export function suggestionIn(body: unknown): JsonObject | null {
  const { suggestion } = (body ?? {}) as { suggestion?: JsonObject };
  return suggestion && typeof suggestion === "object" ? suggestion : null;
}

/** The draft with what the server suggests. */
export function withSuggestion(draft: Draft, suggestion: JsonObject): Draft {
  const { cron_expression: cron, interval_seconds: seconds, timezone } = suggestion;
  const zone = typeof timezone === "string" ? timezone : draft.zone;
  if (typeof cron === "string") return { ...draft, kind: "cron", cron, zone };
  if (typeof seconds === "number") return { ...draft, ...intervalOf(seconds), zone };
  return { ...draft, zone };
}

function intervalOf(seconds: number): Pick<Draft, "kind" | "every" | "unit"> {
  const units: Unit[] = ["days", "hours", "minutes"];
  const unit = units.find((each) => seconds % UNITS[each] === 0) ?? "seconds";
  return { kind: "interval", every: String(seconds / UNITS[unit]), unit };
}
