import { describe, expect, it } from "vitest";

import { type Graph, MAX_NODES } from "./model";
import { boxesOf } from "./places";
import { flow, graphWith, node, typeOf } from "./testing";
import { place as placeWith } from "./unplaced";

const overlapping = (graph: Graph) =>
  boxesOf(graph).filter((one, index, all) =>
    all.some(
      (other, place) =>
        place > index &&
        one.x < other.x + other.width &&
        other.x < one.x + one.width &&
        one.y < other.y + other.height &&
        other.y < one.y + one.height,
    ),
  );
const place = (graph: Graph, unplaced: ReadonlySet<string>) => placeWith(graph, unplaced, typeOf);
const ids = (...names: string[]) => new Set(names);

describe("nodes without a position", () => {
  it("are laid out along the flow where no node has one", () => {
    const graph = graphWith([node("a"), node("b"), node("c")], [flow("a", "b"), flow("a", "c")]);
    const [a, b, c] = place(graph, ids("a", "b", "c")).nodes;
    expect(b!.position.y).toBeGreaterThan(a!.position.y);
    expect(c!.position.y).toBe(b!.position.y);
    expect(c!.position.x).not.toBe(b!.position.x);
  });

  it("go under the others, which stay where they are", () => {
    const there = node("a", "step", {}, { x: 400, y: 200 });
    const placed = place(graphWith([node("b"), there], [flow("a", "b")]), ids("b"));
    expect(placed.nodes[1]).toBe(there);
    expect(placed.nodes[0]!.node_id).toBe("b");
    expect(placed.nodes[0]!.position.x).toBe(400);
    expect(placed.nodes[0]!.position.y).toBeGreaterThan(254);
  });

  it("overlap nothing in the largest graph", () => {
    const nodes = Array.from({ length: MAX_NODES }, (_, index) => node(`n${index}`));
    const some = new Set(nodes.slice(50).map((each) => each.node_id));
    const spread = nodes.map((each, index) => ({ ...each, position: { x: 0, y: index * 98 } }));
    expect(overlapping(place(graphWith(nodes), new Set(nodes.map((each) => each.node_id))))).toEqual([]);
    expect(overlapping(place(graphWith(spread), some))).toEqual([]);
  });

  it("is no change where all nodes have one", () => {
    const graph = graphWith([node("a")]);
    expect(place(graph, ids())).toBe(graph);
  });
});
