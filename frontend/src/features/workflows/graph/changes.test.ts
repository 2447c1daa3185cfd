import { describe, expect, it } from "vitest";

import { freeId, removeNodes, renameNode } from "./changes";
import { flow, graphWith, node, typeOf } from "./testing";

describe("a free id", () => {
  it.each([
    [[], "HTTP request", "http_request"],
    [["fetch"], "fetch", "fetch_2"],
    [["fetch", "fetch_2"], "fetch", "fetch_3"],
    [[], "???", "_"],
    [[], "", "node"],
  ])("beside %j for %s is %s", (taken, stem, id) => {
    expect(freeId(taken, stem)).toBe(id);
  });

  it("has at most 64 characters", () => {
    const long = "x".repeat(80);
    expect(freeId([freeId([], long)], long).length).toBeLessThanOrEqual(64);
  });
});

describe("renaming a node", () => {
  it("takes its edges and the references to it along", () => {
    const graph = graphWith(
      [
        node("fetch"),
        node("decide", "switch", { cases: [{ port: "some", when: "nodes.fetch.output > 1" }] }),
        node("post", "step", { text: "{{ nodes.fetch.output }}" }),
      ],
      [flow("fetch", "decide"), flow("decide", "post", "some")],
    );
    const { nodes, edges } = renameNode(graph, "fetch", "load", typeOf);
    expect(nodes.map((each) => each.node_id)).toEqual(["load", "decide", "post"]);
    expect(nodes[1]?.config).toEqual({ cases: [{ port: "some", when: "nodes.load.output > 1" }] });
    expect(nodes[2]?.config).toEqual({ text: "{{ nodes.load.output }}" });
    expect(edges[0]?.source).toBe("load");
  });
});

it("removing a node removes its edges", () => {
  const graph = graphWith([node("a"), node("b"), node("c")], [flow("a", "b"), flow("b", "c")]);
  expect(removeNodes(graph, new Set(["b"]))).toEqual({
    nodes: [node("a"), node("c")],
    edges: [],
    notes: [],
  });
});
