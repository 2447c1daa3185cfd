import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useRun } from "@/features/runs/store";
import type { JsonObject, NodeType } from "@/types/models";
import { refusal, serve } from "@/ui/testing";

import { extendWith } from "../componentTypes";
import { flow, graphWith, node, nodeType, tool } from "../graph/testing";
import { useLastRun } from "../lastRun";
import { graphOf, useEditor } from "../store/editor";
import { NodeDetails } from "./NodeDetails";

const type = (name: string, given: Partial<NodeType> = {}): NodeType =>
  nodeType(name, {
    description: `What ${name} does.`,
    text_templates: ["text"],
    config_schema: { type: "object", properties: { text: { type: "string" } } },
    ...given,
  });

const budget = { max_tokens: { type: "integer", default: 50000 } };
const TYPES = [
  type("step"),
  type("helper", { category: "Scheduler", label: "Look after schedules", can_be_tool: true }),
  type("agent", { takes_tools: true, config_schema: { type: "object", properties: budget } }),
  type("trigger_webhook", { kind: "trigger", config_schema: { type: "object", properties: {} } }),
];

const nodes = (text: JsonObject = {}) => [
  node("a", "step", text),
  node("b", "step", { text: "{{ nodes.a.output }}" }),
  node("bot", "agent"),
  node("hook", "trigger_webhook"),
];

/** Show the panel with one node chosen, on a graph that is saved. */
function choose(nodeId: string, replies: Record<string, unknown> = {}) {
  const sent = serve({ "GET /api/executions/": { results: [] }, ...replies });
  extendWith(TYPES);
  const graph = graphWith(nodes(), [flow("a", "b")]);
  useEditor.getState().load({ graph, graphVersion: 1, etag: null }, true);
  useEditor.getState().select({ nodes: new Set([nodeId]) });
  render(<NodeDetails />);
  return sent;
}
const graph = () => graphOf(useEditor.getState());
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

beforeEach(() => {
  useRun.setState({ execution: null });
  useLastRun.setState({ workflow: null, run: null, isKnown: false });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the head", () => {
  it("gives the node its name, as one step of undo", () => {
    choose("a");
    for (const value of ["F", "Fetch"]) {
      fireEvent.change(screen.getByLabelText("Name"), { target: { value } });
    }
    expect(graph().nodes[0]!.label).toBe("Fetch");
    useEditor.getState().undo();
    expect(graph().nodes[0]!.label).toBe("");
  });

  it("changes the id, says who follows, and they do", () => {
    choose("a");
    press("Change the id…");
    expect(screen.getByText(/Templates of one node name it/)).toBeTruthy();
    const field = screen.getByLabelText("Id");
    fireEvent.change(field, { target: { value: "b" } });
    expect(screen.getByText("Another node has the id “b”.")).toBeTruthy();
    fireEvent.change(field, { target: { value: "get" } });
    fireEvent.submit(field);
    expect(graph().nodes[1]!.config).toEqual({ text: "{{ nodes.get.output }}" });
    expect(screen.getByText("get", { selector: "code" })).toBeTruthy();
  });

  it("duplicates, deactivates and deletes", () => {
    choose("a");
    press("Duplicate");
    expect([...useEditor.getState().selection.nodes]).toEqual(["a_2"]);
    press("Deactivate");
    expect(graph().nodes.at(-1)).toMatchObject({ node_id: "a_2", is_active: false });
    press("Delete");
    expect(graph().nodes.map((each) => each.node_id)).toEqual(["a", "b", "bot", "hook"]);
  });

  it("offers no change to those who may only look", () => {
    choose("a");
    cleanup();
    useEditor.setState({ mayChange: false });
    render(<NodeDetails />);
    expect(screen.queryByLabelText("Name")).toBeNull();
    expect(screen.queryByRole("button", { name: "Delete" })).toBeNull();
    expect(screen.getByRole("button", { name: "Copy the id" })).toBeTruthy();
  });
});

describe("the last run", () => {
  const ended = { id: "e1", workflow: "w1", created_at: "2026-01-02T00:00:00Z", finished_at: "2026-01-02T00:00:01Z" };
  const run = { sequence: 1, node_id: "a", component_type: "step", output: { status: 200 } };

  it("is the newest that has ended, and its output is shown", async () => {
    const going = { ...ended, id: "e2", finished_at: null };
    choose("a", {
      "GET /api/executions/": { results: [going, ended] },
      "GET /api/executions/e1/": { ...ended, node_runs: [run] },
    });
    const output = await screen.findByRole("group", { name: "Output of the last run" });
    expect(output.textContent).toContain("status: 200");
  });

  it("is another one as soon as a run ends on the page", async () => {
    choose("a", { "GET /api/executions/": { results: [] } });
    await vi.waitFor(() => expect(useLastRun.getState().isKnown).toBe(true));
    useRun.setState({ execution: { ...ended, event: {}, node_runs: [run] } as never });
    useRun.setState({ execution: null });
    expect(await screen.findByRole("group", { name: "Output of the last run" })).toBeTruthy();
  });

  it("says that it did not reach the node", async () => {
    choose("b", {
      "GET /api/executions/": { results: [ended] },
      "GET /api/executions/e1/": { ...ended, node_runs: [run] },
    });
    expect(await screen.findByText("The last run did not reach this node.")).toBeTruthy();
  });
});

describe("an agent", () => {
  it("shows its budget, and gets a tool of the scheduler by one click", () => {
    choose("bot");
    expect(screen.getByText("up to 50,000")).toBeTruthy();
    press(/Look after schedules/);
    const [edge] = graph().edges.filter((each) => each.kind === "tool");
    expect(edge).toMatchObject({ target: "bot" });
    press(/^Detach/);
    expect(graph().edges.filter((each) => each.kind === "tool")).toEqual([]);
  });

  it("leads to its tools", () => {
    choose("bot");
    useEditor.getState().change((now) => ({
      ...now,
      nodes: [...now.nodes, node("aid", "helper")],
      edges: [...now.edges, tool("aid", "bot")],
    }));
    cleanup();
    render(<NodeDetails />);
    press("aid");
    expect([...useEditor.getState().selection.nodes]).toEqual(["aid"]);
  });
});

describe("a webhook", () => {
  const made = { node_id: "hook", created_at: "2026-01-01T00:00:00Z" };
  const issued = { ...made, url: "https://example.com/hooks/abc", signing_key: "s3cret" };
  const hook = "/api/workflows/w1/webhooks/hook/";

  it("gets an address, which is shown once", async () => {
    choose("hook", { [`GET ${hook}`]: refusal(404, {}), [`POST ${hook}`]: issued });
    fireEvent.click(await screen.findByRole("button", { name: "Make an address" }));
    expect(await screen.findByDisplayValue("https://example.com/hooks/abc")).toBeTruthy();
    expect(screen.getByDisplayValue("s3cret")).toBeTruthy();
  });

  it("is renewed only after a question", async () => {
    const sent = choose("hook", { [`GET ${hook}`]: made, [`POST ${hook}`]: issued });
    fireEvent.click(await screen.findByRole("button", { name: "Renew…" }));
    const dialog = document.querySelector("dialog")!;
    expect(sent.some(({ method }) => method === "POST")).toBe(false);
    fireEvent.click(within(dialog).getByText("Renew"));
    expect(await screen.findByDisplayValue("s3cret")).toBeTruthy();
  });

  it("has no address before it is saved", () => {
    choose("hook");
    cleanup();
    useEditor.setState({ saved: { graph: graphWith([]), graphVersion: 1, etag: null } });
    render(<NodeDetails />);
    expect(screen.getByText(/Save the workflow first/)).toBeTruthy();
  });
});

it("goes back to the node on the drawing with Escape", () => {
  choose("a");
  const drawn = document.createElement("div");
  drawn.className = "react-flow__node";
  drawn.dataset.id = "a";
  drawn.tabIndex = 0;
  document.body.append(drawn);
  fireEvent.keyDown(screen.getByLabelText(/Text/), { key: "Escape" });
  expect(document.activeElement).toBe(drawn);
  drawn.remove();
});
