import { expect, test } from "vitest";

import { reasonOf, runReason, runState, scheduleState } from "./states";

const NOW = new Date("2026-03-28T12:00:00Z");
const ACTIVE = {
  status: "active" as const,
  awaits_approval: false,
  next_run_at: "2026-03-28T13:00:00Z",
  consecutive_failures: 0,
};

test.each([
  [{}, "Active", "active", false],
  [{ consecutive_failures: 1 }, "Active", "active", false],
  [{ consecutive_failures: 6 }, "Failing, 6 in a row", "failing", true],
  [{ next_run_at: "2026-03-28T11:59:31Z" }, "Active", "active", false],
  [{ next_run_at: "2026-03-28T11:59:22Z" }, "Overdue by 38 s", "overdue", true],
  [
    { next_run_at: "2026-03-28T11:59:22Z", consecutive_failures: 6 },
    "Overdue by 38 s",
    "overdue",
    true,
  ],
  [{ status: "paused" as const }, "Paused", "paused", true],
  [{ status: "paused" as const, awaits_approval: true }, "Needs approval", "proposed", true],
  [{ status: "stopped" as const }, "Ended", "ended", false],
  [{ next_run_at: null }, "Active", "active", false],
])("a schedule with %o is shown as %s", (change, word, shape, loud) => {
  expect(scheduleState({ ...ACTIVE, ...change }, NOW)).toMatchObject({ word, shape, loud });
});

test.each([
  ["pending", "Queued", "queued", "busy"],
  ["waiting", "Waiting", "waiting", "busy"],
  ["running", "Running", "running", "busy"],
  ["succeeded", "Succeeded", "succeeded", "ok"],
  ["failed", "Failed", "failed", "bad"],
  ["cancelled", "Cancelled", "cancelled", "idle"],
  ["skipped", "Skipped", "skipped", "idle"],
  ["missed", "Missed", "missed", "warn"],
])("a run that is %s is shown as %s", (status, word, shape, tone) => {
  expect(runState(status)).toEqual({ word, shape, tone, loud: false });
});

test("the reason names who and why", () => {
  const paused = {
    reason_code: "by_user" as const,
    status_reason: "holiday in Norway",
    consecutive_failures: 5,
  };
  expect(reasonOf(paused, "Tom Okafor")).toBe("Tom Okafor: holiday in Norway");
  expect(reasonOf(paused)).toBe("by a person: holiday in Norway");
  expect(reasonOf({ ...paused, status_reason: "" }, "Tom")).toBe("by Tom");
  expect(reasonOf({ ...paused, status_reason: "" })).toBe("by a person");
  expect(reasonOf({ ...paused, reason_code: "failures" })).toBe("by itself: 5 failures in a row");
  expect(reasonOf({ ...paused, reason_code: "limit_reached", status_reason: "" })).toBe(
    "out of runs",
  );
  expect(reasonOf({ ...paused, reason_code: "", status_reason: "" })).toBe("");
});

test("a skipped run says why", () => {
  expect(runReason("overlap")).toBe("previous run still going");
  expect(runReason("")).toBe("");
});
