import { describe, expect, it } from "vitest";

import { asText, copied, fromText, paste, type Pasted } from "./clipboard";
import type { Graph } from "./model";
import { flow, graphWith, node, tool, typeOf } from "./testing";

const NONE = new Set<string>();
const graph = graphWith(
  [
    { ...node("fetch", "step", { url: "x" }), id: 7 },
    node("decide", "switch", { cases: [{ port: "some", when: "nodes.fetch.output.n > 1" }] }),
    node("post", "step", { text: "{{ nodes.fetch.output }}, {{ nodes.other.output }}" }),
    node("other"),
  ],
  [flow("fetch", "decide"), flow("decide", "post", "some"), flow("post", "other")],
  [{ id: "n1", text: "Hi", position: { x: 0, y: 0 }, size: { width: 200, height: 80 } }],
);
const part = copied(graph, new Set(["fetch", "decide", "post"]), new Set(["n1"]));

const pasted = (into: Graph, from: Graph = part): Pasted => {
  const result = paste(into, from, typeOf);
  if ("reason" in result) throw new Error(result.reason);
  return result;
};

describe("copying", () => {
  it("takes the edges among the nodes along, and no primary keys", () => {
    expect(part.edges).toEqual([flow("fetch", "decide"), flow("decide", "post", "some")]);
    expect(part.nodes[0]).not.toHaveProperty("id");
  });

  it("survives the way through the clipboard", () => {
    expect(fromText(asText(part))).toEqual({ part });
  });
});

describe("pasting", () => {
  it("gives ids of their own, which edges and references follow", () => {
    const { graph: after, nodeIds, noteIds } = pasted(graph);
    expect([...nodeIds]).toEqual(["fetch_2", "decide_2", "post_2"]);
    expect(after.edges.slice(3)).toEqual([
      flow("fetch_2", "decide_2"),
      flow("decide_2", "post_2", "some"),
    ]);
    expect(after.nodes[5]?.config.cases).toEqual([
      { port: "some", when: "nodes.fetch_2.output.n > 1" },
    ]);
    expect(after.nodes[6]?.config.text).toBe(
      "{{ nodes.fetch_2.output }}, {{ nodes.other.output }}",
    );
    expect(noteIds.size).toBe(1);
  });

  it("keeps the ids that are free, as in another workflow", () => {
    expect([...pasted(graphWith([node("post")])).nodeIds]).toEqual(["fetch", "decide", "post_2"]);
  });

  it("lies beside the original, each time further", () => {
    const once = pasted(graph).graph;
    expect(once.nodes[4]?.position).toEqual({ x: 40, y: 40 });
    expect(pasted(once).graph.nodes[7]?.position).toEqual({ x: 80, y: 80 });
  });

  it("lies around the given middle", () => {
    const one = graphWith([node("a", "step", {}, { x: 1000, y: 1000 })]);
    const result = paste(graphWith([]), one, typeOf, { x: 0, y: 0 });
    expect("graph" in result && result.graph.nodes[0]?.position).toEqual({ x: -100, y: -20 });
  });

  it("is refused beyond the bound", () => {
    const many = graphWith(Array.from({ length: 199 }, (_, number) => node(`n${number}`)));
    expect(paste(many, part, typeOf)).toEqual({
      reason: "A workflow has at most 200 nodes; with these it would have 202.",
    });
  });
});

describe("text from elsewhere is refused", () => {
  const broken = (change: object) => JSON.stringify({ "ostinato-nodes": 1, nodes: [], ...change });
  it.each([
    ["plain text", "hello"],
    ["markup", "<img src=x onerror=alert(1)>"],
    ["other JSON", '{"nodes": []}'],
    ["half of a copy", asText(part).slice(0, -9)],
    ["a node without a place", broken({ nodes: [{ ...node("a"), position: null }] })],
    ["a node with an odd id", broken({ nodes: [node("a b")] })],
    ["an edge of an odd kind", broken({ edges: [{ ...flow("a", "b"), kind: "x" }] })],
    ["a list that is none", broken({ edges: "all" })],
    ["a note without a size", broken({ notes: [{ id: "a", text: "", position: { x: 1, y: 2 } }] })],
    ["too many nodes", broken({ nodes: Array.from({ length: 201 }, () => node("a")) })],
  ])("%s", (_, text) => {
    expect(fromText(text)).toHaveProperty("reason");
  });

  it("but edges that lead outside are left out", () => {
    const odd = { ...part, edges: [...part.edges, tool("fetch", "gone")] };
    expect(pasted(graph, odd).graph.edges).toHaveLength(5);
  });
});

it("copies nothing where nothing is selected", () => {
  expect(copied(graph, NONE, NONE)).toEqual({ nodes: [], edges: [], notes: [] });
});
