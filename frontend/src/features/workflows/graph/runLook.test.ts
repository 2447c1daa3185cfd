import { expect, it } from "vitest";

import type { NodeRun } from "@/types/models";

import { edgeMark, nodeMark } from "./runLook";
import { flow, tool } from "./testing";

const run = (node_id: string, status: string, port = "out") =>
  ({ node_id, status, port }) as NodeRun;
const runs = (...given: NodeRun[]) => new Map(given.map((each) => [each.node_id, each]));

it.each([
  [run("a", "succeeded"), "ok"],
  [run("a", "failed"), "bad"],
  [run("a", "running"), "busy"],
  [run("a", "skipped"), "off"],
  [undefined, "off"],
])("marks a node: %j as %s", (given, mark) => {
  expect(nodeMark(given)).toBe(mark);
});

it.each([
  ["passed", flow("a", "b"), runs(run("a", "succeeded"), run("b", "failed")), "done"],
  ["being passed", flow("a", "b"), runs(run("a", "succeeded"), run("b", "running")), "live"],
  ["not taken", flow("a", "b", "no"), runs(run("a", "succeeded", "yes")), "off"],
  ["to a skipped node", flow("a", "b"), runs(run("a", "succeeded"), run("b", "skipped")), "off"],
  ["after a failure", flow("a", "b"), runs(run("a", "failed")), "off"],
  ["not reached", flow("a", "b"), runs(run("a", "running")), null],
  ["of a tool", tool("a", "b"), runs(), null],
])("marks an edge: %s", (_, edge, given, mark) => {
  expect(edgeMark(edge, given)).toBe(mark);
});
