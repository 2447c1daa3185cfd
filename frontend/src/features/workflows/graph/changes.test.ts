import { describe, expect, it } from "vitest";

import { freeId, putNote, removeNodes } from "./changes";
import { flow, graphWith, node } from "./testing";

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

it("removing a node removes its edges", () => {
  const graph = graphWith([node("a"), node("b"), node("c")], [flow("a", "b"), flow("b", "c")]);
  expect(removeNodes(graph, new Set(["b"]))).toEqual({
    nodes: [node("a"), node("c")],
    edges: [],
    notes: [],
  });
});

it("writing on a note keeps its place among the others", () => {
  const note = (id: string, text = "") => ({
    id,
    text,
    position: { x: 0, y: 0 },
    size: { width: 1, height: 1 },
  });
  const graph = graphWith([], [], [note("a"), note("b")]);
  expect(putNote(graph, note("a", "Hi")).notes).toEqual([note("a", "Hi"), note("b")]);
  expect(putNote(graph, note("c")).notes).toHaveLength(3);
});
