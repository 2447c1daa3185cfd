import { describe, expect, it } from "vitest";

import { addEdge, addNode, configure, removeNodes } from "./changes";
import { merge } from "./merge";
import { edgeKey, type Graph, type Note } from "./model";
import { countChanges } from "./same";
import { flow, graphWith, node, tool, typeOf } from "./testing";

const note = (id: string, text: string): Note => ({
  id,
  text,
  position: { x: 0, y: 0 },
  size: { width: 100, height: 60 },
});
const base = graphWith(
  [node("begin", "start"), node("a"), node("b"), node("c")],
  [flow("begin", "a"), flow("a", "b"), flow("b", "c")],
  [note("n", "why")],
);
const without = (graph: Graph, ...ids: string[]) => removeNodes(graph, new Set(ids));
const ids = (graph: Graph) => graph.nodes.map((each) => each.node_id).sort();
const keys = (graph: Graph) => graph.edges.map(edgeKey).sort();
const isEqual = (one: Graph, other: Graph) => countChanges(one, other) === 0;

describe("a merge", () => {
  it("of changes to different nodes has both, and nothing to review", () => {
    const mine = configure(base, "a", { text: "mine" });
    const theirs = configure(base, "b", { text: "theirs" });
    const { graph, flagged, dropped } = merge(base, mine, theirs, typeOf);
    expect(graph.nodes.map((each) => each.config.text)).toEqual([
      undefined,
      "mine",
      "theirs",
      undefined,
    ]);
    expect([flagged, dropped]).toEqual([[], []]);
  });

  it("keeps theirs where both changed a node, and flags it", () => {
    const mine = configure(base, "a", { text: "mine" });
    const theirs = configure(base, "a", { text: "theirs" });
    const { graph, flagged } = merge(base, mine, theirs, typeOf);
    expect(graph.nodes[1]?.config).toEqual({ text: "theirs" });
    expect(flagged.map((flag) => flag.nodeId)).toEqual(["a"]);
  });

  it("flags nothing where both made the same change", () => {
    const change = (graph: Graph) => configure(graph, "a", { text: "same" });
    const { graph, flagged } = merge(base, change(base), change(base), typeOf);
    expect(isEqual(graph, change(base))).toBe(true);
    expect(flagged).toEqual([]);
  });

  it("keeps a node that I deleted and they changed, with its edges", () => {
    const theirs = configure(base, "b", { text: "theirs" });
    const { graph, flagged } = merge(base, without(base, "b"), theirs, typeOf);
    expect(isEqual(graph, theirs)).toBe(true);
    expect(flagged[0]?.reason).toMatch(/You deleted it, they changed it/);
  });

  it("lets a node go that they deleted and I changed, and says so", () => {
    const mine = configure(base, "b", { text: "mine" });
    const { graph, flagged } = merge(base, mine, without(base, "b"), typeOf);
    expect(ids(graph)).toEqual(["a", "begin", "c"]);
    expect(flagged[0]?.reason).toMatch(/You changed it, they deleted it/);
  });

  it("names the edges that it leaves out with a deleted node", () => {
    const mine = addEdge(addNode(base, node("d")), flow("b", "d"));
    const { graph, dropped } = merge(base, mine, without(base, "b"), typeOf);
    expect(ids(graph)).toContain("d");
    expect(dropped.map(({ edge }) => edgeKey(edge))).toEqual([edgeKey(flow("b", "d"))]);
    const other = merge(base, without(base, "b"), mine, typeOf);
    expect(other.dropped[0]?.reason).toMatch(/You deleted/);
  });

  it("leaves out my edge that closes a loop with theirs", () => {
    const free = graphWith([node("begin", "start"), node("a"), node("b")], []);
    const { graph, dropped } = merge(
      free,
      addEdge(free, flow("a", "b")),
      addEdge(free, flow("b", "a")),
      typeOf,
    );
    expect(keys(graph)).toEqual([edgeKey(flow("b", "a"))]);
    expect(dropped[0]?.reason).toMatch(/loop/);
  });

  it("leaves out my step to what is their tool", () => {
    const free = graphWith([node("begin", "start"), node("ai", "agent"), node("t", "helper")]);
    const theirs = addEdge(free, tool("t", "ai"));
    const { dropped } = merge(free, addEdge(free, flow("begin", "t")), theirs, typeOf);
    expect(dropped[0]?.reason).toMatch(/is a tool/);
  });

  it("gives my new node another id where they added another one, and follows it", () => {
    const mine = addEdge(
      addNode(
        addNode(base, node("fetch", "step", { url: "mine" })),
        node("use", "step", { text: "{{ nodes.fetch.output }} {{ nodes['fetch'].x }} {{ nodes.fetch_all }}" }),
      ),
      flow("fetch", "use"),
    );
    const theirs = addNode(base, node("fetch", "step", { url: "theirs" }));
    const { graph, flagged } = merge(base, mine, theirs, typeOf);
    expect(ids(graph)).toEqual(["a", "b", "begin", "c", "fetch", "fetch_2", "use"]);
    expect(keys(graph)).toContain(edgeKey(flow("fetch_2", "use")));
    const text = graph.nodes.find((each) => each.node_id === "use")?.config.text as string;
    expect(text).toContain("nodes.fetch_2.output");
    expect(text).not.toMatch(/nodes\['fetch'\]/);
    expect(text).toContain("nodes.fetch_all ");
    expect(flagged[0]).toMatchObject({ nodeId: "fetch_2" });
  });

  it("has no conflict in positions and notes: what I moved or wrote stays", () => {
    const at = (graph: Graph, x: number): Graph => ({
      ...graph,
      nodes: graph.nodes.map((each) =>
        each.node_id === "a" ? { ...each, position: { x, y: 0 } } : each,
      ),
    });
    const mine = { ...at(base, 100), notes: [note("n", "mine")] };
    const theirs = { ...at(base, 300), notes: [note("n", "theirs"), note("m", "new")] };
    const { graph, flagged } = merge(base, mine, theirs, typeOf);
    expect(graph.nodes[1]?.position.x).toBe(100);
    expect(graph.notes.map(({ text }) => text)).toEqual(["mine", "new"]);
    expect(flagged).toEqual([]);
    expect(merge(base, base, theirs, typeOf).graph.nodes[1]?.position.x).toBe(300);
  });

  it("keeps both notes where both added one of the same id", () => {
    const mine = { ...base, notes: [...base.notes, note("m", "mine")] };
    const theirs = { ...base, notes: [...base.notes, note("m", "theirs")] };
    const { notes } = merge(base, mine, theirs, typeOf).graph;
    expect(notes.map(({ text }) => text)).toEqual(["why", "theirs", "mine"]);
    expect(new Set(notes.map(({ id }) => id)).size).toBe(3);
  });

  it("takes over the keys that the server gave", () => {
    const theirs = { ...base, nodes: base.nodes.map((each, index) => ({ ...each, id: index + 1 })) };
    const mine = configure(base, "a", { text: "mine" });
    const { graph } = merge(base, mine, theirs, typeOf);
    expect(graph.nodes[1]).toMatchObject({ id: 2, config: { text: "mine" } });
  });
});

describe("any merge", () => {
  const cases = Array.from({ length: 150 }, (_, seed) => seed);

  it("with itself is the same, as with no change", () => {
    for (const seed of cases) {
      const random = randomFrom(seed);
      const start = changed(base, random);
      const mine = changed(start, random);
      expect(isEqual(merge(start, mine, mine, typeOf).graph, mine)).toBe(true);
      expect(isEqual(merge(start, mine, start, typeOf).graph, mine)).toBe(true);
      expect(isEqual(merge(start, start, mine, typeOf).graph, mine)).toBe(true);
    }
  });

  it("has no dangling edge and nothing twice", () => {
    for (const seed of cases) {
      const random = randomFrom(seed + 1000);
      const start = changed(base, random);
      const [mine, theirs] = [changed(start, random), changed(start, random)];
      const { graph } = merge(start, mine, theirs, typeOf);
      const there = new Set(ids(graph));
      expect(there.size).toBe(graph.nodes.length);
      expect(new Set(keys(graph)).size).toBe(graph.edges.length);
      expect(new Set(graph.notes.map(({ id }) => id)).size).toBe(graph.notes.length);
      for (const edge of graph.edges) {
        expect(there.has(edge.source) && there.has(edge.target)).toBe(true);
      }
    }
  });

  it("has every node of theirs that I left alone, and every one of mine that they left alone", () => {
    for (const seed of cases) {
      const random = randomFrom(seed + 2000);
      const [mine, theirs] = [changed(base, random), changed(base, random)];
      const { graph, flagged } = merge(base, mine, theirs, typeOf);
      const flags = new Set(flagged.map(({ nodeId }) => nodeId));
      const find = (all: Graph, id: string) => all.nodes.find((each) => each.node_id === id);
      for (const was of base.nodes) {
        const [my, their] = [find(mine, was.node_id), find(theirs, was.node_id)];
        const merged = find(graph, was.node_id);
        if (flags.has(was.node_id)) continue;
        if (their === was) expect(merged?.config).toEqual(my?.config);
        if (my === was) expect(merged?.config).toEqual(their?.config);
      }
    }
  });
});

type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A few changes as people make them: never a circle, since edges lead to later nodes. */
function changed(start: Graph, random: Random): Graph {
  let graph = start;
  for (let step = 0; step < 4; step += 1) {
    const some = () => graph.nodes[random(graph.nodes.length)]?.node_id ?? "begin";
    const what = random(5);
    if (what === 0) graph = addNode(graph, node(`new_${random(3)}_${graph.nodes.length}`, "step", { x: random(9) }));
    if (what === 1) graph = configure(graph, some(), { text: random(3) });
    if (what === 2 && graph.nodes.length > 2) graph = without(graph, some());
    if (what === 3) {
      const [from, to] = [some(), some()];
      if (from < to) graph = addEdge(graph, flow(from, to));
    }
    if (what === 4) graph = { ...graph, notes: [...graph.notes.slice(1), note(`n${random(4)}_${step}_${graph.notes.length}`, "x")] };
    graph = distinct(graph);
  }
  return graph;
}

function distinct(graph: Graph): Graph {
  const seen = new Set<string>();
  const isNew = (id: string) => !seen.has(id) && Boolean(seen.add(id));
  return {
    nodes: graph.nodes.filter(({ node_id }) => isNew(node_id)),
    edges: graph.edges,
    notes: graph.notes.filter(({ id }) => isNew(`note ${id}`)),
  };
}
