import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { closeRun } from "@/features/runs/follow";
import { useRun } from "@/features/runs/store";
import { useEditor } from "@/features/workflows/store/editor";
import { useMessages } from "@/ui/messages";
import { refusal, type Sent, serve } from "@/ui/testing";

import type { Schedule } from "./schedule";
import { reloadSchedules, schedulesStartingAt, useSchedules } from "./store";
import { TriggerFoot } from "./TriggerFoot";
import { TriggerSchedules } from "./TriggerSchedules";

const schedule = (change: Partial<Schedule> = {}): Schedule =>
  ({
    id: "s1",
    name: "Evening",
    status: "active",
    reason_code: "",
    status_reason: "",
    awaits_approval: false,
    timing_text: "At 23:40 every day",
    next_run_at: "2099-03-29T21:40:00Z",
    last_run: null,
    consecutive_failures: 0,
    version: 1,
    start_node: "start",
    owner: 1,
    ...change,
  }) as Schedule;

const node = (id: number | null) => ({
  id: id ?? undefined,
  node_id: "start",
  component_type: "trigger_schedule",
  label: "",
  config: {},
  position: { x: 0, y: 0 },
  is_active: true,
});

function draw(id: number | null = 7) {
  const graph = { nodes: [node(id)], edges: [], notes: [] };
  useEditor.getState().load({ graph, graphVersion: 1, etag: null }, true);
}

const LIST = "GET /api/schedules/";
const list = (...results: Schedule[]) => ({ results, next: null });
const posts = (sent: Sent[]) => sent.filter((each) => each.method === "POST");
const said = () => useMessages.getState().list.map((message) => message.text);

beforeEach(() => {
  useMessages.setState({ list: [] });
  useSchedules.setState({ schedules: [], areMore: false, isLoaded: false, problem: "" });
  draw();
});

afterEach(() => {
  cleanup();
  closeRun();
  vi.unstubAllGlobals();
});

async function open(replies: Parameters<typeof serve>[0]): Promise<Sent[]> {
  const sent = serve(replies);
  await reloadSchedules();
  render(<TriggerSchedules nodeId="start" />);
  return sent;
}

test("a trigger shows the schedules that start there, with state, timing and reason", async () => {
  const away = schedule({ id: "s2", name: "Elsewhere", start_node: "other" });
  const asked = schedule({ id: "s3", name: "Asked", status: "paused", awaits_approval: true });
  await open({ [LIST]: list(schedule(), away, asked) });
  expect(screen.getByText("Evening").getAttribute("href")).toBe("/admin/schedules/s1/");
  expect(screen.getAllByText("At 23:40 every day", { exact: false })).toHaveLength(2);
  expect(screen.queryByText("Elsewhere")).toBeNull();
  expect(screen.getByText("Needs approval")).toBeTruthy();
  expect(screen.getByText("Review").getAttribute("href")).toBe("/admin/schedules/s3/");
});

test("who may not pause, resume or run a schedule has no buttons for it", async () => {
  await open({ [LIST]: list(schedule(), schedule({ id: "s2", name: "Another's", owner: 2 })) });
  expect(screen.getByLabelText("Pause Evening…")).toBeTruthy();
  expect(screen.getByLabelText("Run Evening now")).toBeTruthy();
  expect(screen.queryByLabelText("Pause Another's…")).toBeNull();
  expect(screen.queryByLabelText("Run Another's now")).toBeNull();
});

test("the last outcome leads to its run on the drawing; one that never started leads nowhere", async () => {
  const last = { scheduled_for: "2026-03-28T22:40:00Z", finished_at: "2026-03-28T22:40:02Z" };
  const missed = schedule({ id: "s2", name: "Missed", last_run: { ...last, status: "missed" } });
  await open({
    [LIST]: list(schedule({ last_run: { ...last, status: "failed" } }), missed),
    "GET /api/schedules/s1/runs/": { results: [{ id: "r1", schedule: "s1", execution: "e1" }] },
    "GET /api/executions/e1/": { id: "e1", workflow: "w1", status: "failed", error: "No.", node_runs: [] },
  });
  expect(screen.getAllByText("Missed").at(-1)!.closest("button")).toBeNull();
  fireEvent.click(screen.getByTitle("Show this run on the drawing"));
  await waitFor(() => expect(useRun.getState().execution?.id).toBe("e1"));
});

test("pausing asks why, sends the note, and shows the answer with who did it", async () => {
  const paused = schedule({
    status: "paused",
    reason_code: "by_user",
    status_reason: "holiday",
    version: 2,
  });
  const sent = await open({
    [LIST]: list(schedule()),
    "POST /api/schedules/s1/pause/": paused,
    "GET /api/schedules/s1/events/": { results: [{ actor_name: "Tom Okafor" }] },
  });
  fireEvent.click(screen.getByLabelText("Pause Evening…"));
  fireEvent.change(screen.getByLabelText(/Why\?/), { target: { value: "holiday" } });
  fireEvent.click(screen.getByText("Pause"));
  await screen.findByText("Tom Okafor: holiday");
  expect(posts(sent)).toEqual([
    { method: "POST", address: "/api/schedules/s1/pause/", body: { note: "holiday" } },
  ]);
  expect(said()).toEqual(["Paused Evening. No runs start until someone resumes it."]);
});

test("resuming asks what to make up for, with how many were missed", async () => {
  const paused = schedule({ status: "paused", reason_code: "by_agent" });
  const resumed = { ...schedule(), ticks_passed: 3, ticks_caught_up: 1 };
  const sent = await open({
    [LIST]: list(paused),
    "POST /api/schedules/s1/resume/": ({ address }: Sent) =>
      address.includes("dry_run") ? { after: resumed } : resumed,
  });
  fireEvent.click(screen.getByLabelText("Resume Evening"));
  await screen.findByText("3 runs were missed while it was paused");
  fireEvent.click(screen.getByLabelText(/Run the latest/));
  fireEvent.click(screen.getByText("Resume"));
  await screen.findByLabelText("Pause Evening…");
  expect(posts(sent).at(-1)?.body).toEqual({ catch_up: "latest" });
  expect(said()[0]).toContain("1 run starts to make up for 3 missed runs.");
});

test("a double click on run now starts one run, which is then shown", async () => {
  const run = { id: "r1", schedule: "s1", schedule_name: "Evening", status: "pending", reason: "", execution: null };
  const sent = await open({
    [LIST]: list(schedule()),
    "POST /api/schedules/s1/run/": run,
    "GET /api/schedules/s1/runs/": { results: [run] },
  });
  const button = screen.getByLabelText("Run Evening now");
  fireEvent.click(button);
  fireEvent.click(button);
  await waitFor(() => expect(useRun.getState().awaited?.runId).toBe("r1"));
  expect(posts(sent)).toHaveLength(1);
});

test("a run that got no answer is tried again under the same id", async () => {
  let isAway = true;
  const sent = await open({
    [LIST]: list(schedule()),
    "POST /api/schedules/s1/run/": () =>
      isAway ? refusal(503, { detail: "Away." }) : { id: "r1", schedule: "s1", execution: null, status: "pending" },
    "GET /api/schedules/s1/runs/": { results: [] },
  });
  const button = screen.getByLabelText("Run Evening now");
  fireEvent.click(button);
  await waitFor(() => expect(said()).toEqual(["Away."]));
  isAway = false;
  fireEvent.click(button);
  await waitFor(() => expect(useRun.getState().awaited).not.toBeNull());
  const ids = posts(sent).map((each) => each.body?.request_id);
  expect(ids[0]).toBeTruthy();
  expect(ids[1]).toBe(ids[0]);
});

const PREVIEW = {
  text: "At 02:30 every day",
  timezone: "Europe/Berlin",
  ticks: [
    {
      scheduled_for: "2099-03-29T01:00:00Z",
      local: "2099-03-29T03:00:00+02:00",
      moved_by_gap: true,
      first_of_two: false,
    },
  ],
};

test("a schedule is added with a preview, and a refused field says why in the server's words", async () => {
  let refusals = 1;
  const sent = await open({
    [LIST]: list(),
    "POST /api/schedules/preview/": PREVIEW,
    "POST /api/schedules/": () =>
      refusals-- > 0
        ? refusal(400, { detail: "Invalid.", errors: { name: ["Enter a name."] } })
        : schedule({ id: "s9", name: "Nightly" }),
  });
  fireEvent.click(screen.getByText("Add"));
  fireEvent.change(screen.getByLabelText("Cron expression"), { target: { value: "30 2 * * *" } });
  await screen.findByText("At 02:30 every day");
  expect(screen.getByText("moved, since the clocks go forward")).toBeTruthy();

  fireEvent.click(screen.getByText("Add schedule"));
  await screen.findByText("Enter a name.");
  expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");

  fireEvent.change(screen.getByLabelText("Name"), { target: { value: "Nightly" } });
  fireEvent.click(screen.getByText("Add schedule"));
  await screen.findByText("Nightly");
  expect(posts(sent).at(-1)?.body).toMatchObject({
    name: "Nightly",
    workflow: "w1",
    trigger_node: 7,
    cron_expression: "30 2 * * *",
    timezone: "Europe/Berlin",
  });
  expect(said()[0]).toContain("Added Nightly.");
});

test("a schedule takes a common calendar and a payload, which must be an object", async () => {
  const sent = await open({
    [LIST]: list(),
    "POST /api/schedules/preview/": PREVIEW,
    "POST /api/schedules/": () => schedule({ id: "s9", name: "Nightly" }),
  });
  fireEvent.click(screen.getByText("Add"));
  fireEvent.change(screen.getByLabelText("Name"), { target: { value: "Nightly" } });
  fireEvent.click(screen.getByText("Weekdays at 9:00"));
  const payload = screen.getByLabelText(/^Payload/);
  fireEvent.change(payload, { target: { value: "[1]" } });
  screen.getByText(/must be a JSON object/);
  expect(screen.getByText("Add schedule")).toHaveProperty("disabled", true);

  fireEvent.change(payload, { target: { value: '{"who": "Ada"}' } });
  fireEvent.click(screen.getByText("Add schedule"));
  await screen.findByText("Nightly");
  expect(posts(sent).at(-1)?.body).toMatchObject({
    cron_expression: "0 9 * * mon-fri",
    trigger_payload: { who: "Ada" },
  });
});

test("a timing in another notation can be taken as the server suggests it", async () => {
  const suggestion = { cron_expression: "0 9 * * 1-5", timezone: "America/New_York" };
  await open({
    [LIST]: list(),
    "POST /api/schedules/preview/": ({ body }: Sent) =>
      String(body?.cron_expression).startsWith("CRON_TZ")
        ? refusal(400, { errors: { cron_expression: ["Set the zone apart."] }, suggestion })
        : PREVIEW,
  });
  fireEvent.click(screen.getByText("Add"));
  const field = screen.getByLabelText<HTMLInputElement>("Cron expression");
  fireEvent.change(field, { target: { value: "CRON_TZ=America/New_York 0 9 * * 1-5" } });
  await screen.findByText("Set the zone apart.");
  fireEvent.click(screen.getByText(/^Use 0 9/));
  expect(field.value).toBe("0 9 * * 1-5");
  expect(screen.getByLabelText<HTMLInputElement>("Time zone").value).toBe("America/New_York");
  await screen.findByText("At 02:30 every day");
});

test("a node that is not saved has to be saved first", async () => {
  draw(null);
  await open({ [LIST]: list() });
  expect(screen.getByText(/Save first/)).toBeTruthy();
  expect(screen.queryByText("Add")).toBeNull();
});

test("the foot counts the schedules and names the next run; deleting would leave those not ended", async () => {
  serve({ [LIST]: list(schedule(), schedule({ id: "s2", status: "stopped" })) });
  await act(reloadSchedules);
  render(<TriggerFoot nodeId="start" />);
  expect(screen.getByText("1 schedule")).toBeTruthy();
  expect(screen.getByText("next 23:40 Sun 29 Mar 2099")).toBeTruthy();
  expect(schedulesStartingAt("start").map((each) => each.id)).toEqual(["s1"]);
  expect(schedulesStartingAt("other")).toEqual([]);
});

test("schedules are read page by page, again after a save, and a failure is said", async () => {
  const pages: Record<string, unknown> = { "": { ...list(schedule()), next: "http://else/api/schedules/?cursor=2" } };
  const sent = serve({
    [LIST]: ({ address }: Sent) => (address.includes("cursor=2") ? list(schedule({ id: "s2" })) : pages[""]),
  });
  render(<TriggerFoot nodeId="start" />);
  await waitFor(() => expect(useSchedules.getState().schedules).toHaveLength(2));
  expect(sent[1]?.address).toBe("/api/schedules/?cursor=2");
  const { saved, markSaved } = useEditor.getState();
  markSaved({ ...saved, graphVersion: 2 });
  await waitFor(() => expect(sent).toHaveLength(4));
  serve({ [LIST]: refusal(503, { detail: "The site is away." }) });
  await act(reloadSchedules);
  expect(useSchedules.getState().problem).toBe("The site is away.");
  expect(useSchedules.getState().schedules).toHaveLength(2);
});
