import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";

import { flow, graphWith, node, tool } from "../graph/testing";
import { graphOf, useEditor } from "../store/editor";
import { usePopups } from "../store/popups";
import { useView } from "../store/view";
import { ListView } from "./ListView";

const GRAPH = graphWith(
  [
    node("begin", "trigger_manual"),
    node("decide", "switch", { cases: [{ port: "some", when: "true" }] }),
    node("ask", "agent"),
    node("list", "schedule_list"),
    node("odd", "gone_from_this_site", { kept: true }),
  ],
  [flow("begin", "decide"), flow("decide", "ask", "some"), tool("list", "ask")],
);
const graph = () => graphOf(useEditor.getState());
const open = (mayChange: boolean) => {
  useEditor.getState().load({ graph: GRAPH, graphVersion: 1, etag: null }, mayChange);
  render(<ListView />);
};

beforeEach(() => useView.setState({ list: true }));
afterEach(cleanup);

it("lists what follows each step, by branch, and the tools of an agent", () => {
  open(true);
  expect(within(screen.getByLabelText("After decide")).getByText(/some/).textContent).toContain(
    "leads to ask",
  );
  expect(within(screen.getByLabelText("Tools of ask")).getByText("list")).toBeTruthy();
});

it("names the branches that lead nowhere, and goes on from there", () => {
  open(true);
  const branch = within(screen.getByLabelText("After decide")).getByText(/default: leads nowhere/);
  expect(branch).toBeTruthy();
  fireEvent.click(screen.getByLabelText("Add a node after decide (default)"));
  expect(usePopups.getState().adding?.spot).toEqual({
    kind: "port",
    nodeId: "decide",
    port: "default",
  });
  usePopups.getState().close();
});

it("selects, deletes, disconnects and asks what to connect", () => {
  open(true);
  fireEvent.click(screen.getByLabelText("Select ask"));
  expect([...useEditor.getState().selection.nodes]).toEqual(["ask"]);
  fireEvent.click(screen.getByLabelText("Disconnect ask"));
  expect(graph().edges).toHaveLength(2);
  fireEvent.click(screen.getByLabelText("Connect begin to…"));
  expect(usePopups.getState().connecting).toBe("begin");
  fireEvent.click(screen.getByLabelText("Delete decide"));
  expect(graph().nodes.map((each) => each.node_id)).toEqual(["begin", "ask", "list", "odd"]);
});

it("changes nothing for who may only look", () => {
  open(false);
  expect(screen.queryByLabelText("Delete ask")).toBeNull();
  expect(screen.getByLabelText("Select ask")).toBeTruthy();
});

it("keeps a node of a type that the site does not have, and says so", () => {
  open(true);
  expect(screen.getByText(/gone_from_this_site: not on this site/)).toBeTruthy();
  expect(graph().nodes[4]?.config).toEqual({ kept: true });
});

it("leads back to the drawing", () => {
  open(true);
  fireEvent.click(screen.getByText("Show the drawing"));
  expect(useView.getState().list).toBe(false);
});
