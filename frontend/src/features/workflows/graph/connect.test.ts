import { describe, expect, it } from "vitest";

import type { NodeType } from "@/types/models";

import { refusal } from "./connect";
import type { Graph, GraphEdge, GraphNode } from "./model";

const types: Record<string, Partial<NodeType>> = {
  start: { label: "Schedule", kind: "trigger" },
  step: { label: "Template", kind: "action", can_be_tool: true },
  agent: { label: "Agent", kind: "action", takes_tools: true },
};
const typeOf = (name: string) => types[name] as NodeType | undefined;

const node = (node_id: string, component_type = "step"): GraphNode => ({
  node_id,
  component_type,
  label: "",
  config: {},
  position: { x: 0, y: 0 },
  is_active: true,
});
const flow = (source: string, target: string): GraphEdge => ({
  source,
  target,
  source_port: "out",
  kind: "flow",
});
const tool = (source: string, target: string): GraphEdge => ({
  ...flow(source, target),
  kind: "tool",
});
const graph = (edges: GraphEdge[]): Graph => ({
  nodes: [node("begin", "start"), node("a"), node("b"), node("c"), node("helper", "agent")],
  edges,
  notes: [],
});

describe("a connection", () => {
  it("is possible between two steps", () => {
    expect(refusal(graph([]), flow("a", "b"), typeOf)).toBeNull();
  });

  it.each([
    ["to itself", [], flow("a", "a"), /itself/],
    ["that is there", [flow("a", "b")], flow("a", "b"), /already/],
    ["to a trigger", [], flow("a", "begin"), /nothing can lead to it/],
    ["that closes a circle", [flow("a", "b"), flow("b", "c")], flow("c", "a"), /circle/],
    ["of a tool to a step", [], tool("a", "b"), /does not take tools/],
    ["of a trigger as a tool", [], tool("begin", "helper"), /cannot be a tool/],
    ["of a step as a tool", [flow("begin", "a")], tool("a", "helper"), /is a step already/],
    ["of a tool as a step", [tool("a", "helper")], flow("a", "b"), /is a tool/],
    ["to a tool as a step", [tool("a", "helper")], flow("b", "a"), /is a tool/],
  ])("is refused: %s", (_, edges, edge, reason) => {
    expect(refusal(graph(edges), edge, typeOf)).toMatch(reason);
  });
});
