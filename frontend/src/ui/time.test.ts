import { expect, test } from "vitest";

import { between, clock, day, duration, exact, moment, relative } from "./time";

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [350, "350 ms"],
  [999.6, "1.0 s"],
  [1_840, "1.8 s"],
  [9_949, "9.9 s"],
  [9_960, "10 s"],
  [59_400, "59 s"],
  [59_700, "1 min"],
  [65_000, "1 min 5 s"],
  [8_280_000, "2 h 18 min"],
  [86_400_000, "1 d"],
  [273_600_000, "3 d 4 h"],
])("%d ms are %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

const NOW = new Date("2026-03-28T22:42:00Z"); // 23:42 in Berlin, an hour before the clocks change

test("a time is told from now", () => {
  expect(relative(new Date("2026-03-29T01:00:00Z"), NOW)).toBe("in 2 h 18 min");
  expect(relative(new Date("2026-03-28T22:37:00Z"), NOW)).toBe("5 min ago");
  expect(relative(new Date("2026-03-28T22:42:04.4Z"), NOW)).toBe("in 4 s");
  expect(relative(new Date("2026-03-28T22:42:00.4Z"), NOW)).toBe("now");
});

test("the day is that of the zone, not of the browser", () => {
  const midnight = new Date("2026-03-28T23:30:00Z");
  expect(day(midnight, NOW, "Europe/Berlin")).toBe("tomorrow");
  expect(day(midnight, NOW, "UTC")).toBe("today");
  expect(day(NOW, midnight, "Europe/Berlin")).toBe("yesterday");
});

test("days farther away have a name, and a year if it is another", () => {
  expect(moment(new Date("2026-04-01T07:00:00Z"), NOW, "Europe/Berlin")).toBe("Wed 1 Apr, 09:00");
  expect(moment(new Date("2027-04-01T07:00:00Z"), NOW, "Europe/Berlin")).toBe(
    "Thu 1 Apr 2027, 09:00",
  );
  expect(moment(new Date("2026-03-28T21:00:00Z"), NOW, "Europe/Berlin")).toBe("22:00");
});

test("across a change of the clocks the local time is right", () => {
  expect(clock(new Date("2026-03-29T00:59:00Z"), "Europe/Berlin")).toBe("01:59");
  expect(clock(new Date("2026-03-29T01:00:00Z"), "Europe/Berlin")).toBe("03:00");
});

test("the exact time names both zones, and UTC alone once", () => {
  const at = new Date("2026-03-29T01:00:00Z");
  expect(exact(at, "Europe/Berlin")).toBe("Sun 29 Mar 2026, 03:00:00 Europe/Berlin (01:00:00 UTC)");
  expect(exact(at, "UTC")).toBe("Sun 29 Mar 2026, 01:00:00 UTC");
});

test("a zone that the browser does not know is shown as UTC", () => {
  expect(clock(new Date("2026-03-29T01:00:00Z"), "Mars/Olympus")).toBe("01:00");
});

test("what has not ended has no length", () => {
  expect(between("2026-03-29T01:00:00Z", "2026-03-29T01:00:01.5Z")).toBe(1500);
  expect(between("2026-03-29T01:00:00Z", null)).toBeUndefined();
});
