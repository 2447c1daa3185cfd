import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { type Sent, serve } from "@/ui/testing";

import { config, showForm } from "./testing";

const ID = "11111111-2222-4333-8444-555555555555";
const row = { id: ID, name: "Nightly report" };
const workflow = (more: object = {}, required = true) => ({
  properties: { workflow: { type: "string", title: "Workflow", "x-widget": "workflow", ...more } },
  required: required ? ["workflow"] : [],
});
const field = () => screen.getByRole("combobox") as HTMLInputElement;
const type = (text: string) => {
  fireEvent.focus(field());
  fireEvent.change(field(), { target: { value: text } });
};
let sent: Sent[];

function show(...given: Parameters<typeof showForm>): void {
  sent = serve({
    "GET /api/workflows/": { results: [{ id: "other", name: "Another" }, row] },
    "GET /api/schedules/": { results: [row] },
    [`GET /api/workflows/${ID}/`]: row,
  });
  showForm(...given);
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("finds rows by what is typed, and keeps the id of the one that is chosen", async () => {
  show(workflow());
  type("nig");
  const options = await screen.findAllByRole("option");
  expect(options.map((option) => option.textContent)).toEqual(["Another", "Nightly report"]);
  expect(sent.at(-1)?.address).toBe("/api/workflows/?search=nig");
  fireEvent.mouseDown(options[1]!);
  expect(config()).toEqual({ workflow: ID });
  expect(screen.getByRole("link", { name: "Nightly report" }).getAttribute("href")).toBe(`/admin/workflows/${ID}/`);
});

it("is worked by keys alone, and the focus goes along", async () => {
  show(workflow());
  type("nig");
  await screen.findAllByRole("option");
  fireEvent.keyDown(field(), { key: "ArrowUp" });
  const marked = document.getElementById(field().getAttribute("aria-activedescendant")!);
  expect(marked?.textContent).toBe("Nightly report");
  fireEvent.keyDown(field(), { key: "Enter" });
  expect(config()).toEqual({ workflow: ID });
  expect(document.activeElement?.textContent).toBe("Change");
  fireEvent.click(document.activeElement!);
  expect(document.activeElement).toBe(field());
  expect(field().value).toBe("");
});

it("names the row of an id, and shows it again when a change is given up", async () => {
  show(workflow(), { workflow: ID });
  expect((await screen.findByRole("link", { name: "Nightly report" })).textContent).toBe("Nightly report");
  fireEvent.click(screen.getByText("Change"));
  fireEvent.blur(field());
  expect(screen.getByRole("link", { name: "Nightly report" })).toBeTruthy();
  expect(config()).toEqual({ workflow: ID });
});

it("takes a name or a template as it is typed", () => {
  show(workflow(), {}, { text_templates: ["workflow"] });
  type("{{ trigger.payload.workflow }}");
  expect(config()).toEqual({ workflow: "{{ trigger.payload.workflow }}" });
});

it("takes ids alone where the schema says so, and among the schedules of this workflow", async () => {
  show({ properties: { schedule: { type: "string", format: "uuid", "x-widget": "schedule" } } });
  type("nig");
  expect(config()).toEqual({});
  fireEvent.mouseDown(await screen.findByRole("option"));
  expect(sent.at(-1)?.address).toBe("/api/schedules/?workflow=w1&search=nig");
  expect(config()).toEqual({ schedule: ID });
});

it("can be emptied where it is optional", async () => {
  show(workflow({}, false), { workflow: ID });
  fireEvent.click(await screen.findByRole("button", { name: "Remove the workflow" }));
  expect(config()).toEqual({});
});
