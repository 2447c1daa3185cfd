import { ReactFlowProvider } from "@xyflow/react";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { serve } from "@/ui/testing";

import { extendWith, allTypes } from "../componentTypes";
import { useFunctions } from "../functions";
import { EMPTY } from "../graph/model";
import { graphOf, useEditor } from "../store/editor";
import { EmptyBoard } from "./EmptyBoard";
import { NodePalette } from "./NodePalette";

const TYPES = allTypes();
const FUNCTIONS = [{ name: "send_report", description: "Mails it.", arguments_schema: {} }];
const graph = () => graphOf(useEditor.getState());
const load = (mayChange: boolean) =>
  useEditor.getState().load({ graph: EMPTY, graphVersion: 1, etag: null }, mayChange);

beforeEach(() => {
  serve({ "GET /api/functions/": { results: FUNCTIONS } });
  extendWith(TYPES);
  load(true);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const drawPalette = () =>
  render(
    <ReactFlowProvider>
      <NodePalette types={TYPES} />
    </ReactFlowProvider>,
  );
const searchFor = (query: string) => {
  const field = screen.getByLabelText("Find a node");
  fireEvent.change(field, { target: { value: query } });
  return field;
};

describe("the palette", () => {
  it("shows what a search finds, and Enter adds the first of it", () => {
    drawPalette();
    const field = searchFor("http");
    expect(screen.queryByRole("button", { name: "Switch" })).toBeNull();
    fireEvent.keyDown(field, { key: "Enter" });
    expect(graph().nodes.map((node) => node.node_id)).toEqual(["http_request"]);
    expect((field as HTMLInputElement).value).toBe("");
  });

  it("says so where a search finds nothing, and Enter adds nothing", () => {
    drawPalette();
    const field = searchFor("zzz");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(screen.getByText("No node is called “zzz”.")).toBeTruthy();
    expect(graph().nodes).toEqual([]);
  });

  it("adds by a click, connected to the selected node", () => {
    drawPalette();
    fireEvent.click(screen.getByRole("button", { name: /^Manual/ }));
    fireEvent.click(screen.getByRole("button", { name: "Template" }));
    expect(graph().edges).toEqual([
      { source: "trigger_manual", target: "template", source_port: "out", kind: "flow" },
    ]);
  });

  it("offers the functions of the site by name, ready to be called", () => {
    useFunctions.setState({ list: FUNCTIONS });
    drawPalette();
    fireEvent.click(screen.getByRole("button", { name: "send_report" }));
    expect(graph().nodes[0]).toMatchObject({
      component_type: "call_function",
      label: "send_report",
      config: { function: "send_report" },
    });
  });

  it("folds the functions where they are many, until they are searched for", () => {
    const many = [1, 2, 3, 4, 5, 6].map((number) => ({ ...FUNCTIONS[0]!, name: `job_${number}` }));
    useFunctions.setState({ list: many });
    drawPalette();
    const fold = () => screen.queryByText("6 functions")?.closest("details");
    expect(fold()?.open).toBe(false);
    searchFor("job_6");
    expect(fold()).toBeUndefined();
    expect(screen.getByRole("button", { name: "job_6" })).toBeTruthy();
  });

  it("is not there for who may only look", () => {
    load(false);
    drawPalette();
    expect(screen.queryByLabelText("Find a node")).toBeNull();
  });
});

describe("an empty workflow", () => {
  it("asks how it starts, and begins with the trigger that is picked", () => {
    render(<EmptyBoard />);
    expect(screen.getByRole("heading").textContent).toBe("How does it start?");
    fireEvent.click(screen.getByRole("button", { name: /On a schedule/ }));
    expect(graph().nodes.map((node) => node.component_type)).toEqual(["trigger_schedule"]);
    expect(screen.queryByText("How does it start?")).toBeNull();
  });

  it("offers a file, and an example that becomes a workflow of its own", async () => {
    const sent = serve({
      "POST /api/workflows/import/": { workflow: { id: "w2" } },
      "GET /api/functions/": { results: FUNCTIONS },
    });
    const assign = vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
    render(<EmptyBoard />);
    fireEvent.click(screen.getByRole("button", { name: "import a file" }));
    expect(screen.getByRole("dialog", { name: "Import a workflow" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /an agent that plans/ }));
    await vi.waitFor(() => expect(assign).toHaveBeenCalledWith("/admin/workflows/w2/canvas/"));
    expect(sent.at(-1)?.body).toEqual({ template: "agent-schedules" });
  });

  it("asks nobody who may only look", () => {
    load(false);
    render(<EmptyBoard />);
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("This workflow is empty")).toBeTruthy();
  });
});
