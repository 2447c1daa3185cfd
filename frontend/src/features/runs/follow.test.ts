import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useEditor } from "@/features/workflows/store/editor";
import type { ScheduleRun } from "@/types/models";
import { refusal, serve } from "@/ui/testing";

import { closeRun, watchExecution, watchScheduleRun } from "./follow";
import { useRun } from "./store";

let isHidden = false;

function setHidden(hidden: boolean) {
  isHidden = hidden;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  isHidden = false;
  vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
  const graph = { nodes: [], edges: [], notes: [] };
  useEditor.getState().load({ graph, graphVersion: 3, etag: null }, true);
});

afterEach(() => {
  closeRun();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const execution = (status: string, graph_version = 3) => ({
  id: "e1",
  workflow: "w1",
  status,
  graph_version,
  node_runs: [],
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

test("a run is asked for each second, and no more once it has ended", async () => {
  let status = "running";
  const sent = serve({ "GET /api/executions/e1/": () => execution(status) });
  watchExecution("e1");
  await seconds(3.5);
  expect(sent).toHaveLength(4);
  status = "succeeded";
  await seconds(1);
  expect(useRun.getState().execution?.status).toBe("succeeded");
  await seconds(60);
  expect(sent).toHaveLength(5);
});

test("nothing is asked while the tab is hidden, and at once when it is shown again", async () => {
  const sent = serve({ "GET /api/executions/e1/": execution("running") });
  watchExecution("e1");
  await seconds(0.5);
  setHidden(true);
  await seconds(30);
  expect(sent).toHaveLength(1);
  setHidden(false);
  await seconds(0);
  expect(sent).toHaveLength(2);
});

test("a server that is away is asked ever more rarely, with a word, until it answers", async () => {
  let isAway = true;
  const answer = () => (isAway ? refusal(503, {}) : execution("running"));
  const sent = serve({ "GET /api/executions/e1/": answer });
  watchExecution("e1");
  await seconds(0);
  expect(useRun.getState().connection).toBe("away");
  await seconds(13); // after 2, 4 and 8 s: two of them have passed
  expect(sent).toHaveLength(3);
  isAway = false;
  await seconds(2);
  expect(useRun.getState().connection).toBe("live");
});

test.each([
  [401, "signed_out"],
  [403, "forbidden"],
  [404, "gone"],
])("after a refusal with %d it says %s and stops", async (status, connection) => {
  const sent = serve({ "GET /api/executions/e1/": refusal(status, { code: "x", detail: "No." }) });
  watchExecution("e1");
  await seconds(60);
  expect(sent).toHaveLength(1);
  expect(useRun.getState().connection).toBe(connection);
});

test("a run of an older version is drawn with that version, until it is closed", async () => {
  const old = { nodes: [], edges: [], notes: [], graph_version: 2 };
  serve({
    "GET /api/executions/e1/": execution("succeeded", 2),
    "GET /api/workflows/w1/versions/2/": { number: 2, graph: old },
  });
  watchExecution("e1");
  await seconds(0);
  expect(useRun.getState().drawnVersion).toBe(2);
  expect(useEditor.getState().looked).not.toBeNull();
  expect(useEditor.getState().mayChange).toBe(false);
  closeRun();
  expect(useEditor.getState().looked).toBeNull();
  expect(useEditor.getState().mayChange).toBe(true);
});

test("a version that is gone is said, and the run is shown all the same", async () => {
  serve({
    "GET /api/executions/e1/": execution("succeeded", 2),
    "GET /api/workflows/w1/versions/2/": refusal(404, { detail: "Not found." }),
  });
  watchExecution("e1");
  await seconds(0);
  expect(useRun.getState().notice).toContain("Version 2, which it ran, cannot be shown");
  expect(useRun.getState().execution?.id).toBe("e1");
});

const run = (change: Partial<ScheduleRun>): ScheduleRun =>
  ({
    id: "r1",
    schedule: "s1",
    schedule_name: "Evening",
    status: "pending",
    reason: "",
    execution: null,
    ...change,
  }) as ScheduleRun;

test("a run of a schedule is shown once a worker has taken it", async () => {
  let taken: string | null = null;
  const sent = serve({
    "GET /api/schedules/s1/runs/": () => ({ results: [run({ execution: taken })] }),
    "GET /api/executions/e1/": execution("succeeded"),
  });
  watchScheduleRun(run({}));
  await seconds(2);
  expect(useRun.getState().awaited?.name).toBe("Evening");
  taken = "e1";
  await seconds(2);
  expect(useRun.getState().awaited).toBeNull();
  expect(useRun.getState().execution?.status).toBe("succeeded");
  const before = sent.length;
  await seconds(60);
  expect(sent).toHaveLength(before);
});

test("a run of a schedule that is skipped has no execution, and says why", async () => {
  const skipped = run({ status: "skipped", reason: "overlap" });
  const sent = serve({ "GET /api/schedules/s1/runs/": { results: [skipped] } });
  watchScheduleRun(run({}));
  await seconds(60);
  expect(sent).toHaveLength(1);
  expect(useRun.getState().awaited).toMatchObject({ status: "skipped", reason: "overlap" });
});
