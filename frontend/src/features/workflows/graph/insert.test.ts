import { describe, expect, it } from "vitest";

import { insert, type Recipe, type Spot } from "./insert";
import type { Graph } from "./model";
import { boxesOf } from "./places";
import { flow, graphWith, node, tool, typeOf } from "./testing";

const recipe = (name: string): Recipe => {
  const type = typeOf(name);
  if (!type) throw new Error(name);
  return { type, config: {}, label: "" };
};
const added = (graph: Graph, name: string, spot: Spot) => insert(graph, recipe(name), spot, typeOf);

const chain = graphWith(
  [node("begin", "start"), node("end", "step", {}, { x: 0, y: 100 })],
  [flow("begin", "end")],
);

describe("a new node", () => {
  it("gets a free id of its type, and its label", () => {
    const { graph, nodeId } = added(graphWith([node("step")]), "step", {
      kind: "free",
      at: { x: 0, y: 0 },
    });
    expect(nodeId).toBe("step_2");
    expect(graph.nodes[1]).toMatchObject({ node_id: "step_2", label: "Step" });
  });

  it("follows the selected node", () => {
    const { graph } = added(chain, "step", { kind: "after", nodeId: "end" });
    expect(graph.edges.at(-1)).toEqual(flow("end", "step"));
    expect(graph.nodes.at(-1)?.position).toEqual({ x: 0, y: 200 });
  });

  it("takes the first branch that is open", () => {
    const config = { cases: [{ port: "some", when: "true" }] };
    const graph = graphWith(
      [node("decide", "switch", config), node("a", "step", {}, { x: 0, y: 100 })],
      [flow("decide", "a", "some")],
    );
    const { edges } = added(graph, "step", { kind: "after", nodeId: "decide" }).graph;
    expect(edges.at(-1)).toEqual(flow("decide", "step", "default"));
  });

  it("becomes a tool of the selected agent if it can be one", () => {
    const graph = graphWith([node("ask", "agent")]);
    const { edges } = added(graph, "helper", { kind: "after", nodeId: "ask" }).graph;
    expect(edges).toEqual([tool("helper", "ask")]);
  });

  it("follows the selected agent if it cannot be a tool", () => {
    const graph = graphWith([node("ask", "agent")]);
    const { edges } = added(graph, "step", { kind: "after", nodeId: "ask" }).graph;
    expect(edges).toEqual([flow("ask", "step")]);
  });

  it("stands alone where it cannot be connected: a trigger after a step", () => {
    const { graph } = added(chain, "start", { kind: "after", nodeId: "end" });
    expect(graph.edges).toEqual(chain.edges);
    expect(graph.nodes).toHaveLength(3);
  });

  it("goes between the two nodes of an edge, and what follows makes room", () => {
    const { graph } = added(chain, "step", { kind: "edge", key: "begin out end flow" });
    expect(graph.edges).toEqual([flow("begin", "step"), flow("step", "end")]);
    expect(graph.nodes.map((each) => each.position.y)).toEqual([0, 200, 100]);
  });

  it("keeps the branch of the edge that it interrupts", () => {
    const graph = graphWith(
      [
        node("decide", "switch", { cases: [{ port: "some", when: "true" }] }),
        node("a", "step", {}, { x: 0, y: 100 }),
      ],
      [flow("decide", "a", "some")],
    );
    const { edges } = added(graph, "step", { kind: "edge", key: "decide some a flow" }).graph;
    expect(edges).toEqual([flow("decide", "step", "some"), flow("step", "a")]);
  });

  it("never overlaps another one", () => {
    let graph = graphWith([node("ask", "agent")]);
    for (let count = 0; count < 30; count += 1) {
      const spot: Spot =
        count % 2 ? { kind: "after", nodeId: "ask" } : { kind: "free", at: { x: 7, y: 3 } };
      graph = added(graph, count % 3 ? "step" : "helper", spot).graph;
    }
    const boxes = boxesOf(graph);
    const apart = boxes.every((a, first) =>
      boxes.every(
        (b, second) =>
          first === second ||
          a.x >= b.x + b.width ||
          b.x >= a.x + a.width ||
          a.y >= b.y + b.height ||
          b.y >= a.y + a.height,
      ),
    );
    expect(boxes).toHaveLength(31);
    expect(apart).toBe(true);
  });
});
