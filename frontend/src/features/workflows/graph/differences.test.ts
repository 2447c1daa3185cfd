import { describe, expect, it } from "vitest";

import { addEdge, addNode, changeNode, configure, removeNodes } from "./changes";
import { areSame, compare, edgeInWords, edgesInWords } from "./differences";
import { flow, graphWith, node, typeOf } from "./testing";
import { countChanges } from "./same";

const base = graphWith(
  [node("a", "switch", { default: "no" }), node("b")],
  [flow("a", "b", "no")],
);
const words = (after: typeof base) =>
  compare(base, after, typeOf).nodes.map((each) => `${each.name} ${each.words}`);

describe("differences in words", () => {
  it("are none between a graph and itself, however it lies", () => {
    const moved = changeNode(base, "a", { position: { x: 20, y: 0 } });
    expect(areSame(compare(base, moved, typeOf))).toBe(true);
    expect(countChanges(base, moved)).toBe(1);
  });

  it("name fields as the form does, with their value where it is short", () => {
    expect(words(configure(base, "a", { default: "other" }))).toEqual(["a Otherwise: other"]);
    expect(words(configure(base, "a", { cases: [] }))).toEqual(["a Cases changed"]);
    expect(words(configure(base, "a", { default: undefined }))).toEqual(["a Otherwise removed"]);
    expect(words(configure(base, "a", { default: "x".repeat(99) }))).toEqual([
      "a Otherwise changed",
    ]);
  });

  it("tell of names and of what is turned off", () => {
    const after = changeNode(base, "b", { label: "Send", is_active: false });
    expect(words(after)).toEqual(["Send renamed from “b”, turned off"]);
  });

  it("tell what is new and what is gone", () => {
    const after = addNode(removeNodes(base, new Set(["b"])), node("c"));
    expect(words(after)).toEqual(["c added", "b removed"]);
    expect(edgesInWords(compare(base, after, typeOf).edges)).toBe("1 removed");
  });

  it("count edges, and name them by what they connect", () => {
    const after = addEdge(base, flow("a", "b"));
    expect(edgesInWords(compare(base, after, typeOf).edges)).toBe("1 added");
    expect(edgeInWords(flow("a", "b", "no"), base)).toBe("a to b (no)");
  });

  it("do not depend on the order of names", () => {
    const [one, other] = [{ x: 1, y: [1, { a: 1, b: 2 }] }, { y: [1, { b: 2, a: 1 }], x: 1 }];
    const graph = (config: typeof one) => graphWith([node("a", "step", config)]);
    expect(countChanges(graph(one), graph(other))).toBe(0);
  });
});
