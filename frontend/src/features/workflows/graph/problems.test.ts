import { describe, expect, it } from "vitest";

import { nodeProblems, placeProblems } from "./problems";
import { flow, graphWith, node } from "./testing";

const graph = graphWith([node("a"), node("b")], [flow("a", "b")]);

describe("a problem of the last save", () => {
  it("is placed at its node, with the path within it", () => {
    const [problem] = placeProblems(graph, { "nodes[1].config.url": ["Required."] });
    expect(problem).toEqual({
      nodeId: "b",
      edge: null,
      path: "config.url",
      messages: ["Required."],
    });
  });

  it("is placed at its edge", () => {
    const [problem] = placeProblems(graph, { "edges[0].target": ["Gone."] });
    expect(problem).toMatchObject({ nodeId: null, edge: "a out b flow", path: "target" });
  });

  it("keeps its path where there is no such node", () => {
    const found = placeProblems(graph, { "nodes[7].label": ["?"], nodes: ["No trigger."] });
    expect(found.map(({ nodeId, path }) => [nodeId, path])).toEqual([
      [null, "nodes[7].label"],
      [null, "nodes"],
    ]);
  });

  it("is found by its node", () => {
    const placed = placeProblems(graph, { "nodes[0]": ["All."], "nodes[0].config.to[1]": ["One."] });
    expect(nodeProblems(placed, "a")).toEqual({ "": ["All."], "config.to[1]": ["One."] });
    expect(nodeProblems(placed, "b")).toEqual({});
  });
});
