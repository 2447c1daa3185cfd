import { describe, expect, it } from "vitest";

import { refusal, upstream } from "./connect";
import type { GraphEdge } from "./model";
import { flow, graphWith, node, tool, typeOf } from "./testing";

const graph = (edges: GraphEdge[]) =>
  graphWith(
    [
      node("begin", "start"),
      ...["a", "b", "c"].map((id) => node(id, "helper")),
      node("plain"),
      node("ask", "agent"),
      node("decide", "switch", { cases: [{ port: "some", when: "true" }] }),
    ],
    edges,
  );

describe("a connection", () => {
  it.each([
    ["between two steps", flow("a", "b")],
    ["from a branch", flow("decide", "b", "some")],
    ["from the other branch", flow("decide", "b", "default")],
    ["between two branches that meet", flow("c", "b")],
  ])("is possible %s", (_, edge) => {
    expect(refusal(graph([flow("a", "c"), flow("decide", "a", "some")]), edge, typeOf)).toBeNull();
  });

  it.each([
    ["to itself", [], flow("a", "a"), /itself/],
    ["that is there", [flow("a", "b")], flow("a", "b"), /already/],
    ["to a trigger", [], flow("a", "begin"), /nothing can lead to it/],
    ["that closes a loop", [flow("a", "b"), flow("b", "c")], flow("c", "a"), /loop through “c”/],
    ["of a branch that is not there", [], flow("decide", "a", "out"), /no branch “out”/],
    ["of a tool to a step", [], tool("a", "b"), /does not take tools/],
    ["of a step that cannot be a tool", [], tool("plain", "ask"), /cannot be a tool/],
    ["of a step as a tool", [flow("begin", "a")], tool("a", "ask"), /is a step already/],
    ["of two tools of one name", [tool("b", "ask")], tool("a", "ask"), /called helper already/],
    ["of a tool as a step", [tool("a", "ask")], flow("a", "b"), /is a tool/],
    ["to a tool as a step", [tool("a", "ask")], flow("b", "a"), /is a tool/],
    ["to a node that is gone", [], flow("a", "gone"), /gone/],
  ])("is refused: %s", (_, edges, edge, reason) => {
    expect(refusal(graph(edges), edge, typeOf)).toMatch(reason);
  });
});

it("is possible from a tool to an agent", () => {
  expect(refusal(graph([]), tool("a", "ask"), typeOf)).toBeNull();
});

it("is refused where an agent has twenty tools", () => {
  const tools = Array.from({ length: 20 }, (_, number) => tool(`t${number}`, "ask"));
  expect(refusal(graph(tools), tool("a", "ask"), typeOf)).toMatch(/at most 20 tools/);
});

it("knows the outputs of all nodes before it", () => {
  const edges = [flow("begin", "a"), flow("a", "b"), flow("c", "b"), flow("b", "plain")];
  expect([...upstream(graph(edges), "b")].sort()).toEqual(["a", "begin", "c"]);
});
