import { expect, test } from "vitest";

import type { ExecutionDetail } from "@/types/models";

import { edgeRun } from "./edges";

const EDGE = { source: "begin", target: "text", source_port: "out", kind: "flow" };

const ran = (...runs: [id: string, status: string, port?: string][]) =>
  ({
    node_runs: runs.map(([node_id, status, port = "out"]) => ({ node_id, status, port })),
  }) as ExecutionDetail;

test.each([
  ["done where the run passed", ran(["begin", "succeeded"], ["text", "succeeded"]), "done"],
  ["done where it came and failed", ran(["begin", "succeeded"], ["text", "failed"]), "done"],
  ["live where it is under way", ran(["begin", "succeeded"], ["text", "running"]), "live"],
  ["off where the node was skipped", ran(["begin", "succeeded"], ["text", "skipped"]), "off"],
  ["off where it left by another port", ran(["begin", "succeeded", "other"]), "off"],
  ["open while its source runs", ran(["begin", "running"]), null],
  ["open while its target waits", ran(["begin", "succeeded"]), null],
  ["open without a run", null, null],
])("an edge is %s", (_, execution, mark) => {
  expect(edgeRun(execution, EDGE)).toBe(mark);
});

test("an edge of a tool says nothing of the flow", () => {
  const execution = ran(["begin", "succeeded"], ["text", "succeeded"]);
  expect(edgeRun(execution, { ...EDGE, kind: "tool" })).toBeNull();
});
