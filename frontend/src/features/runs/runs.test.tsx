import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { ReactFlowProvider } from "@xyflow/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useSchedules } from "@/features/schedules/store";
import type { Graph, GraphNode } from "@/features/workflows/graph/model";
import { chosenNode, useEditor } from "@/features/workflows/store/editor";
import { refusal, type Sent, serve } from "@/ui/testing";

import { closeRun } from "./follow";
import { NodeRunPanel } from "./NodeRunPanel";
import { NodeState } from "./NodeState";
import { RunControls } from "./RunControls";
import { RunFacts } from "./RunFacts";
import { RunDrawer } from "./RunDrawer";
import { useRun } from "./store";

const node = (node_id: string, component_type: string, id: number | undefined = 1): GraphNode => ({
  id,
  node_id,
  component_type,
  label: "",
  config: {},
  position: { x: 0, y: 0 },
  is_active: true,
});

const flow = (source: string, target: string, source_port = "out") => ({
  source,
  target,
  source_port,
  kind: "flow" as const,
});

const GRAPH: Graph = {
  nodes: [node("begin", "trigger_manual"), node("text", "template")],
  edges: [flow("begin", "text")],
  notes: [],
};

const draw = (graph: Graph) =>
  useEditor.getState().load({ graph, graphVersion: 3, etag: null }, true);

const nodeRun = (sequence: number, node_id: string, change: object = {}) => ({
  sequence,
  node_id,
  component_type: "template",
  label: "",
  status: "succeeded",
  input: { question: "why" },
  output: { text: "because" },
  error: "",
  port: "out",
  started_at: "2026-03-28T22:40:00Z",
  finished_at: "2026-03-28T22:40:01.800Z",
  ...change,
});

const execution = (change: object = {}) => ({
  id: "e1",
  workflow: "w1",
  workflow_name: "Invoices",
  status: "succeeded",
  trigger_type: "manual",
  event: { started_by: "mara" },
  graph_version: 3,
  created_at: "2026-03-28T22:40:00Z",
  started_at: "2026-03-28T22:40:00Z",
  finished_at: "2026-03-28T22:40:02Z",
  cancel_requested_at: null,
  node_runs: [nodeRun(1, "begin"), nodeRun(2, "text")],
  ...change,
});

const posts = (sent: Sent[]) => sent.filter((each) => each.method === "POST");
const NO_SCHEDULES = { "GET /api/schedules/": { results: [], next: null } };

beforeEach(() => {
  useSchedules.setState({ schedules: [], areMore: false, isLoaded: true, problem: "" });
  draw(GRAPH);
});

afterEach(() => {
  cleanup();
  closeRun();
  vi.unstubAllGlobals();
});

test("a run starts at the manual trigger with the payload, and is shown to its end", async () => {
  const sent = serve({
    ...NO_SCHEDULES,
    "POST /api/workflows/w1/run/": execution({ status: "pending", node_runs: undefined }),
    "GET /api/executions/e1/": execution(),
  });
  render(<RunControls />);
  fireEvent.click(screen.getByText("Run…"));
  const payload = screen.getByLabelText(/Payload/);
  fireEvent.change(payload, { target: { value: '{"a": ' } });
  expect(screen.getByText(/This is no JSON/)).toBeTruthy();
  const button = screen.getByText<HTMLButtonElement>("Run");
  expect(button.disabled).toBe(true);
  fireEvent.change(payload, { target: { value: "[1]" } });
  expect(screen.getByText(/must be a JSON object/)).toBeTruthy();
  fireEvent.change(payload, { target: { value: '{"a": 1}' } });
  fireEvent.click(button);
  await screen.findByText("Succeeded in 2.0 s");
  expect(posts(sent).map((each) => each.body)).toEqual([{ payload: { a: 1 }, start_at: "begin" }]);
  fireEvent.click(screen.getByText("Close"));
  expect(useRun.getState().execution).toBeNull();
});

test("unsaved changes are said, and the saved version can run without them", async () => {
  const sent = serve({
    ...NO_SCHEDULES,
    "POST /api/workflows/w1/run/": execution(),
    "GET /api/executions/e1/": execution(),
  });
  useEditor.getState().change((graph) => ({ ...graph, nodes: [...graph.nodes, node("new", "wait")] }));
  render(<RunControls />);
  fireEvent.click(screen.getByText("Run…"));
  expect(screen.getByText(/The saved version runs without them/)).toBeTruthy();
  expect(screen.getByText("Save and run")).toBeTruthy();
  fireEvent.click(screen.getByText("Run the saved version"));
  await waitFor(() => expect(posts(sent)).toHaveLength(1));
});

test("a trigger that is not saved can only start after a save", () => {
  serve(NO_SCHEDULES);
  draw({ nodes: [], edges: [], notes: [] });
  useEditor.getState().change((graph) => ({
    ...graph,
    nodes: [{ ...node("begin", "trigger_manual"), id: undefined }],
  }));
  render(<RunControls />);
  fireEvent.click(screen.getByText("Run…"));
  expect(screen.getByText<HTMLButtonElement>("Run the saved version").disabled).toBe(true);
  expect(screen.getByText<HTMLButtonElement>("Save and run").disabled).toBe(false);
});

test("a workflow with a schedule trigger alone offers one of its schedules, or a test with its event", async () => {
  draw({ nodes: [node("tick", "trigger_schedule")], edges: [], notes: [] });
  useSchedules.setState({
    schedules: [
      { id: "s1", owner: 1, name: "Evening", status: "paused", start_node: "tick", timing_text: "At 23:40" },
      { id: "s2", owner: 1, name: "Ended", status: "stopped", start_node: "tick", timing_text: "Once" },
    ] as never,
  });
  const sent = serve({
    ...NO_SCHEDULES,
    "POST /api/workflows/w1/run/": ({ address }: Sent) =>
      address.includes("dry_run=true") ? { event: { schedule_name: "Test" } } : execution(),
    "GET /api/executions/e1/": execution(),
  });
  render(<RunControls />);
  fireEvent.click(screen.getByText("Run…"));
  expect(screen.getByLabelText(/Run a schedule now/)).toBeTruthy();
  const offered = [...screen.getByLabelText<HTMLSelectElement>("Schedule").options];
  expect(offered.map((option) => option.text)).toEqual(["Evening"]);
  fireEvent.click(screen.getByLabelText(/Test start at tick/));
  await screen.findByText(/schedule_name/);
  fireEvent.click(screen.getByText("Run"));
  await waitFor(() => expect(useRun.getState().execution).not.toBeNull());
  expect(posts(sent).at(-1)?.body).toEqual({ payload: {}, start_at: "tick" });
});

test("a refused start says why and leaves the dialog open", async () => {
  serve({
    ...NO_SCHEDULES,
    "POST /api/workflows/w1/run/": refusal(403, { code: "not_allowed", detail: "You may not run it." }),
  });
  render(<RunControls />);
  fireEvent.click(screen.getByText("Run…"));
  fireEvent.click(screen.getByText("Run"));
  await screen.findByText("You may not run it.");
  expect(useRun.getState().execution).toBeNull();
});

test("a running execution can be cancelled, once", async () => {
  const sent = serve({
    "POST /api/executions/e1/cancel/": execution({ status: "running", cancel_requested_at: "now" }),
  });
  useRun.getState().show(execution({ status: "running", finished_at: null }) as never);
  render(<RunControls />);
  fireEvent.click(screen.getByText("Cancel"));
  await screen.findByText("Cancelling…");
  expect(posts(sent)).toHaveLength(1);
  expect(screen.getByText<HTMLButtonElement>("Cancelling…").disabled).toBe(true);
});

test("the nodes show how the run went, and which is next", () => {
  serve({});
  const running = nodeRun(1, "begin", { status: "running", finished_at: null });
  useRun.getState().show(execution({ status: "running", node_runs: [running] }) as never);
  const { container } = render(
    <>
      <NodeState nodeId="begin" />
      <NodeState nodeId="text" />
    </>,
  );
  expect(container.querySelector(".is-busy .o-turning")).toBeTruthy();
  expect(screen.getByText("Next")).toBeTruthy();
});

test("the drawer shows the bars, and input and output of the chosen node", () => {
  serve({});
  useRun.setState({ execution: execution() as never, drawer: "this" });
  render(<RunDrawer />, { wrapper: ReactFlowProvider });
  fireEvent.click(screen.getByText("begin"));
  expect(chosenNode(useEditor.getState())).toBe("begin");
  expect(screen.getByText("Input of begin")).toBeTruthy();
  expect(screen.getByText(/started by mara/)).toBeTruthy();
});

test("a past run is replayed by a click", async () => {
  serve({
    "GET /api/executions/": { results: [execution({ status: "failed" })], next: null },
    "GET /api/executions/e1/": execution({ status: "failed", error: "No." }),
  });
  useRun.setState({ drawer: "past" });
  render(<RunDrawer />, { wrapper: ReactFlowProvider });
  fireEvent.click(await screen.findByText("Failed"));
  await waitFor(() => expect(useRun.getState().execution?.id).toBe("e1"));
});

test("a failed run says why, also where no node failed", () => {
  serve({});
  const lost = { status: "failed", failure_kind: "lost", error: "The worker was lost." };
  useRun.setState({ execution: execution(lost) as never, drawer: "this" });
  render(<RunDrawer />, { wrapper: ReactFlowProvider });
  expect(screen.getByText("The worker was lost.")).toBeTruthy();
  cleanup();
  const refused = { status: "failed", failed_node: "text", error: "There is no who." };
  useRun.setState({ execution: execution(refused) as never });
  render(<RunDrawer />, { wrapper: ReactFlowProvider });
  expect(screen.getByText("text: There is no who.")).toBeTruthy();
});

test("the drawer opens at the last node that ran, not at one that was skipped", () => {
  serve({});
  const runs = [nodeRun(1, "begin"), nodeRun(2, "text", { status: "skipped" })];
  useRun.setState({ execution: execution({ status: "succeeded", node_runs: runs }) as never, drawer: "this" });
  render(<RunDrawer />, { wrapper: ReactFlowProvider });
  expect(screen.getByText("Input of begin")).toBeTruthy();
});

test("a run that nobody takes is said after 10 s before our eyes", () => {
  serve({});
  const pending = execution({ status: "pending", started_at: null, node_runs: [] });
  useRun.setState({ execution: pending as never, drawer: "this", since: Date.now() - 9_000 });
  render(<RunDrawer />, { wrapper: ReactFlowProvider });
  expect(screen.queryByText(/no worker has taken it/)).toBeNull();
  cleanup();
  useRun.setState({ since: Date.now() - 11_000 });
  render(<RunDrawer />, { wrapper: ReactFlowProvider });
  expect(screen.getByText(/Queued: no worker has taken it yet/)).toBeTruthy();
});

test("the panel shows a failed node's error in full, and that a node was not reached", () => {
  serve({});
  const failed = nodeRun(1, "begin", { status: "failed", error: "Line one\nline two" });
  useRun.getState().show(execution({ status: "failed", node_runs: [failed] }) as never);
  render(<NodeRunPanel nodeId="begin" />);
  expect(screen.getByText(/Line one/).textContent).toBe("Line one\nline two");
  cleanup();
  render(<NodeRunPanel nodeId="text" />);
  expect(screen.getByText("This run did not reach the node.")).toBeTruthy();
});

test("A run as a whole is told by who started it, when, how long it took, and its version", () => {
  const shown = execution({
    trigger_type: "schedule",
    graph_version: 2,
    event: {
      schedule_name: "Every evening",
      scheduled_for: "2026-03-28T22:39:57Z",
      fired_at: "2026-03-28T22:40:00Z",
    },
    started_at: "2026-03-28T22:40:00Z",
    finished_at: "2026-03-28T22:40:01.800Z",
  });
  render(<RunFacts execution={shown as never} />);
  const facts = screen.getAllByRole("definition").map((each) => each.textContent);
  expect(facts[0]).toContain("Succeeded");
  expect(facts[1]).toBe("Every evening");
  expect(facts[2]).toContain("3.0 s late");
  expect(facts.slice(3)).toEqual(["1.8 s", "2"]);
});
