import { beforeEach, expect, test, vi } from "vitest";

import { flow, graphWith, node } from "@/features/workflows/graph/testing";
import { useEditor } from "@/features/workflows/store/editor";
import { deleteSelected, undo } from "@/features/workflows/store/verbs";
import { useMessages } from "@/ui/messages";

import type { Schedule } from "./schedule";
import { useSchedules } from "./store";

const graph = graphWith(
  [node("evening", "trigger_schedule"), node("start", "trigger_manual"), node("work", "template")],
  [flow("evening", "work"), flow("start", "work")],
);
const schedule = (name: string, start_node: string, status = "active") =>
  ({ id: name, name, start_node, status }) as Schedule;
const now = () => useEditor.getState().history.now;
const messages = () => useMessages.getState().list;
const remove = (...ids: string[]) => {
  useEditor.getState().select({ nodes: new Set(ids) });
  deleteSelected();
};

beforeEach(() => {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  useMessages.setState({ list: [] });
  useEditor.getState().load({ graph, graphVersion: 1, etag: null }, true);
  useSchedules.setState({
    schedules: [schedule("Invoices", "evening"), schedule("Old", "evening", "stopped"), schedule("Other", "start")],
  });
});

test("deleting a trigger names the schedules that lose their start", () => {
  remove("evening", "work");
  expect(messages().map(({ text, tone }) => [tone, text])).toEqual([
    [
      "warn",
      "You deleted “evening”, where the schedule Invoices starts. Once saved, it has nothing to start unless another trigger accepts it.",
    ],
  ]);
});

test("of many schedules, the first five are named", () => {
  useSchedules.setState({ schedules: [..."abcdefg"].map((name) => schedule(name, "evening")) });
  remove("evening");
  expect(messages()[0]?.text).toContain("where 7 schedules start: a, b, c, d, e and 2 more. Once saved, they have");
});

test("its Undo puts the trigger and its edges back, and keeps what was drawn since", () => {
  remove("evening");
  useEditor.getState().change((drawn) => ({ ...drawn, nodes: [...drawn.nodes, node("since")] }));
  messages()[0]?.action?.run();
  expect(now().nodes.map(({ node_id }) => node_id).sort()).toEqual(["evening", "since", "start", "work"]);
  expect(now().edges).toContainEqual(flow("evening", "work"));
  expect(now().edges).toHaveLength(2);
});

test("the warning goes when the trigger is back, or its deletion is saved", () => {
  remove("evening");
  undo();
  expect(messages()).toEqual([]);
  remove("evening");
  expect(messages()).toHaveLength(1);
  useEditor.getState().markSaved({ graph: now(), graphVersion: 2, etag: null });
  expect(messages()).toEqual([]);
});

test("deleting a node at which nothing starts says nothing", () => {
  remove("work");
  expect(messages()).toEqual([]);
});
