import { describe, expect, it } from "vitest";

import type { NodeType } from "@/types/models";

import type { Graph, GraphNode } from "./model";
import { idProblem, mentions, renameNode } from "./rename";

const types: Record<string, Partial<NodeType>> = {
  template: { text_templates: ["text"], value_templates: ["json"] } as Partial<NodeType>,
  switch: { condition_fields: ["cases[].when"] } as Partial<NodeType>,
};
const typeOf = (name: string) => types[name] as NodeType | undefined;
const node = (node_id: string, component_type: string, config: GraphNode["config"]): GraphNode => ({
  node_id,
  component_type,
  config,
  label: "",
  position: { x: 0, y: 0 },
  is_active: true,
});
const graph: Graph = {
  nodes: [
    node("fetch", "http_request", { url: "nodes.fetch" }),
    node("text", "template", { text: "nodes.fetch is {{ nodes.fetch.output.a ~ nodes.fetch_2.output }}" }),
    node("json", "template", { json: { a: ["{{ nodes['fetch'].output }}", 1] } }),
    node("choose", "switch", { cases: [{ port: "nodes.fetch", when: "nodes.fetch.output > 1" }] }),
  ],
  edges: [{ source: "fetch", target: "text", source_port: "out", kind: "flow" }],
  notes: [],
};

describe("another id", () => {
  const renamed = renameNode(graph, "fetch", "get", typeOf);

  it("is that of the node and of its edges", () => {
    expect(renamed.nodes[0]!.node_id).toBe("get");
    expect(renamed.edges[0]!.source).toBe("get");
  });

  it("is followed by templates and conditions, and by nothing else", () => {
    expect(renamed.nodes.map((each) => each.config)).toEqual([
      { url: "nodes.fetch" },
      { text: "nodes.fetch is {{ nodes.get.output.a ~ nodes.fetch_2.output }}" },
      { json: { a: ["{{ nodes.get.output }}", 1] } },
      { cases: [{ port: "nodes.fetch", when: "nodes.get.output > 1" }] },
    ]);
  });

  it("is quoted where it is no identifier", () => {
    const { nodes } = renameNode(graph, "fetch", "get-it", typeOf);
    expect(nodes[3]!.config).toEqual({
      cases: [{ port: "nodes.fetch", when: 'nodes["get-it"].output > 1' }],
    });
  });

  it("leaves the configurations alone that do not name it", () => {
    expect(renamed.nodes[0]!.config).toBe(graph.nodes[0]!.config);
    expect(mentions(graph, "fetch", typeOf)).toBe(3);
    expect(mentions(graph, "choose", typeOf)).toBe(0);
  });

  it.each([
    ["get", null],
    ["fetch", null],
    ["", /letters/],
    ["a b", /letters/],
    ["text", /Another node/],
  ])("may be %j: %s", (id, problem) => {
    const found = idProblem(graph, "fetch", id);
    if (problem) expect(found).toMatch(problem);
    else expect(found).toBeNull();
  });
});
