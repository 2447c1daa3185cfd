import { expect, test } from "vitest";

import { newDraft, placed, timingOf, withSuggestion } from "./draft";
import { footOf } from "./foot";
import type { Schedule } from "./schedule";

const DRAFT = newDraft("Europe/Berlin");

test.each([
  [{}, null],
  [{ cron: " 0 9 * * * " }, { cron_expression: "0 9 * * *", timezone: "Europe/Berlin" }],
  [{ kind: "interval" as const, every: "1.5" }, { interval_seconds: 5400, timezone: "Europe/Berlin" }],
  [{ kind: "interval" as const, every: "x" }, { interval_seconds: "x", timezone: "Europe/Berlin" }],
  [{ kind: "interval" as const, every: "" }, null],
  [{ kind: "once" as const }, null],
  [
    { kind: "once" as const, runAt: "2026-04-01T09:00" },
    { run_at: "2026-04-01T09:00", timezone: "Europe/Berlin" },
  ],
])("%o asks for %o", (change, timing) => {
  expect(timingOf({ ...DRAFT, ...change })).toEqual(timing);
});

test("a suggested interval is shown in its largest unit", () => {
  expect(withSuggestion(DRAFT, { interval_seconds: 300 })).toMatchObject({
    kind: "interval",
    every: "5",
    unit: "minutes",
  });
  expect(withSuggestion(DRAFT, { interval_seconds: 172_800 })).toMatchObject({ every: "2", unit: "days" });
  expect(withSuggestion(DRAFT, { interval_seconds: 45 })).toMatchObject({ every: "45", unit: "seconds" });
});

test("problems stand at the fields that are shown, the others as sentences", () => {
  const problems = { name: ["Enter a name."], run_at: ["Too late."], workflow: ["Gone."] };
  expect(placed(problems, "cron")).toEqual({
    at: { name: "Enter a name." },
    others: ["Too late.", "Gone."],
  });
});

const NOW = new Date("2026-03-28T22:42:00Z");
const of = (status: string, next_run_at: string | null) => ({ status, next_run_at }) as Schedule;

test.each([
  [[], ["No schedule yet", ""]],
  [[of("stopped", null)], ["No schedule yet", ""]],
  [
    [of("active", "2026-03-29T21:40:00Z"), of("active", "2026-03-29T20:40:00Z"), of("paused", null)],
    ["3 schedules", "next 22:40 tomorrow"],
  ],
  [[of("active", "2026-03-28T22:50:00Z")], ["1 schedule", "next 23:50"]],
  [[of("paused", null)], ["1 schedule", "paused"]],
  [[of("active", null)], ["1 schedule", "on request"]],
])("of %o the foot says %o", (schedules, words) => {
  expect(footOf(schedules, NOW, "Europe/Berlin")).toEqual(words);
});
