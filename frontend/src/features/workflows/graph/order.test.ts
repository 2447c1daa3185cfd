import { describe, expect, it } from "vitest";

import { tidy } from "./layout";
import { flowOrder, neighbour, outline } from "./order";
import { boxesOf } from "./places";
import { flow, graphWith, node, tool, typeOf } from "./testing";

const graph = graphWith(
  [
    node("none", "step", {}, { x: 300, y: 300 }),
    node("send", "step", {}, { x: 0, y: 300 }),
    node("look", "helper"),
    node("ask", "agent", {}, { x: 0, y: 100 }),
    node("list", "helper", {}, { x: 300, y: 100 }),
    node("decide", "switch", { cases: [{ port: "some", when: "true" }] }, { x: 0, y: 200 }),
    node("begin", "start"),
    node("log", "step", {}, { x: 0, y: 400 }),
  ],
  [
    flow("begin", "ask"),
    flow("ask", "decide"),
    flow("decide", "send", "some"),
    flow("decide", "none", "default"),
    flow("send", "log"),
    tool("look", "ask"),
    tool("list", "ask"),
  ],
);

it("is read along the flow, tools after their agent, branches from the left", () => {
  const order = ["begin", "ask", "look", "list", "decide", "send", "log", "none"];
  expect(flowOrder(graph)).toEqual(order);
});

it("keeps the nodes of a loop and of dangling edges", () => {
  const odd = graphWith(
    [node("a"), node("b"), node("c")],
    [flow("a", "b"), flow("b", "a"), flow("gone", "c"), tool("c", "nowhere")],
  );
  expect([...flowOrder(odd)].sort()).toEqual(["a", "b", "c"]);
  expect(outline(odd).length).toBe(2);
});

describe("the keys", () => {
  it.each([
    ["begin", "down", "ask"],
    ["ask", "up", "begin"],
    ["decide", "down", "send"],
    ["send", "right", "none"],
    ["none", "left", "send"],
    ["ask", "right", "look"],
    ["look", "down", "list"],
    ["list", "left", "ask"],
    ["begin", "up", null],
    ["log", "down", null],
  ] as const)("lead from %s %s to %s", (from, direction, to) => {
    expect(neighbour(graph, from, direction)).toBe(to);
  });
});

it("is a list of steps with what follows each and their tools", () => {
  const items = outline(graph);
  const [, ask, decide] = items;
  expect(items.map((item) => [item.step, item.node.node_id])).toEqual([
    [1, "begin"],
    [2, "ask"],
    [3, "decide"],
    [4, "send"],
    [5, "log"],
    [6, "none"],
  ]);
  expect(ask?.tools.map((item) => item.node.node_id)).toEqual(["look", "list"]);
  expect(decide?.leadsTo.map(({ edge, node: to }) => [edge.source_port, to.node_id])).toEqual([
    ["some", "send"],
    ["default", "none"],
  ]);
});

describe("tidying up", () => {
  const tidied = tidy(graph, typeOf);
  const at = (id: string) => {
    const found = tidied.nodes.find((each) => each.node_id === id);
    if (!found) throw new Error(id);
    return found.position;
  };

  it("puts every step above what follows it, at the pitch of the design", () => {
    expect(at("ask").y - at("begin").y).toBe(100);
    expect(at("send").y - at("decide").y).toBe(100);
    expect(at("send").y).toBe(at("none").y);
    expect(at("log").y).toBeGreaterThan(at("send").y);
  });

  it("puts tools at the right of their agent, one below the other", () => {
    expect(at("look").x).toBe(at("ask").x + 300);
    expect(at("list").y - at("look").y).toBe(40);
  });

  it("overlaps nothing", () => {
    const boxes = boxesOf(tidied);
    for (const [first, a] of boxes.entries()) {
      for (const b of boxes.slice(first + 1)) {
        const apart =
          a.x >= b.x + b.width ||
          b.x >= a.x + a.width ||
          a.y >= b.y + b.height ||
          b.y >= a.y + a.height;
        expect(apart).toBe(true);
      }
    }
  });

  it("does not cross the branches of a switch, however they were drawn", () => {
    const cases = { cases: [{ port: "yes" }, { port: "no" }], default: "else" };
    const edges = [flow("decide", "c", "else"), flow("decide", "b", "no"), flow("decide", "a", "yes")];
    const nodes = [node("c"), node("a"), node("decide", "switch", cases), node("b")];
    const xs = new Map(tidy(graphWith(nodes, edges), typeOf).nodes.map((each) => [each.node_id, each.position.x]));
    expect(["a", "b", "c"].toSorted((one, other) => xs.get(one)! - xs.get(other)!)).toEqual(["a", "b", "c"]);
    expect(new Set(xs.values()).size).toBe(3);
  });

  it("leaves an empty drawing alone", () => {
    const empty = graphWith([]);
    expect(tidy(empty, typeOf)).toBe(empty);
  });
});
