import { expect, it } from "vitest";

import type { NodeRun } from "@/types/models";

import { nodeMark } from "./runLook";

const run = (node_id: string, status: string) => ({ node_id, status }) as NodeRun;

it.each([
  [run("a", "succeeded"), "ok"],
  [run("a", "failed"), "bad"],
  [run("a", "running"), "busy"],
  [run("a", "skipped"), "off"],
  [undefined, "off"],
])("marks a node: %j as %s", (given, mark) => {
  expect(nodeMark(given)).toBe(mark);
});
