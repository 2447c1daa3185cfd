import { describe, expect, it } from "vitest";

import type { NodeType } from "@/types/models";

import { entries, offersOf, search, sections } from "./palette";

const type = (name: string, label: string, category: string, given: Partial<NodeType> = {}) =>
  ({
    type: name,
    label,
    category,
    description: `${label}.`,
    can_be_tool: false,
    config_schema: { properties: {} },
    ...given,
  }) as NodeType;

const types = [
  type("sms", "Send SMS", "Our own"),
  type("call_function", "Call a function", "Actions", {
    config_schema: { properties: { function: { "x-widget": "function" } } },
  }),
  type("http_request", "HTTP request", "Actions"),
  type("schedule_list", "List schedules", "Scheduler", { can_be_tool: true }),
  type("schedule_stop", "Delete schedule", "Scheduler", { can_be_tool: true }),
  type("start", "Schedule trigger", "Triggers"),
];
const functions = [{ name: "send_report", description: "Mails it.", arguments_schema: {} }];
const offers = offersOf(types, functions, () => ({}));
const names = (query: string) => search(offers, query).map((offer) => offer.name);

describe("the palette", () => {
  it("has the known categories first, then the site's own", () => {
    expect(sections(offers).map((section) => section.category)).toEqual([
      "Triggers",
      "Scheduler",
      "Actions",
      "Our own",
    ]);
  });

  it("says where all can be steps or tools", () => {
    const both = sections(offers).filter((section) => section.stepsOrTools);
    expect(both.map((section) => section.category)).toEqual(["Scheduler"]);
  });

  it("lists the site's functions under the type that calls them, ready to run", () => {
    const offer = offers.find((each) => each.name === "send_report");
    expect(offer).toMatchObject({
      isFunction: true,
      label: "send_report",
      config: { function: "send_report" },
    });
  });

  it.each([
    ["", 7, "Schedule trigger"],
    ["http", 1, "HTTP request"],
    ["SCHEDULE", 3, "Schedule trigger"],
    ["del sched", 1, "Delete schedule"],
    ["mails", 1, "send_report"],
    ["own", 1, "Send SMS"],
    ["nothing like it", 0, undefined],
  ])("finds for “%s” %d, first %s", (query, count, first) => {
    expect(names(query)).toHaveLength(count);
    expect(names(query)[0]).toBe(first);
  });
});

describe("functions", () => {
  it("are listed under the type that calls them, or by themselves where it is not found", () => {
    const [call] = entries(offers).filter((entry) => entry.functions.length);
    expect(call?.offer.name).toBe("Call a function");
    expect(call?.functions.map((each) => each.name)).toEqual(["send_report"]);
    const found = entries(search(offers, "send_report"));
    expect(found.map((entry) => entry.offer.name)).toContain("send_report");
  });
});
