import { describe, expect, it } from "vitest";

import { renameNode } from "./changes";
import { flow, graphWith, node, typeOf } from "./testing";
import { idProblem, mentions } from "./rename";

const graph = graphWith(
  [
    node("fetch", "step", { url: "nodes.fetch" }),
    node("text", "step", { text: "nodes.fetch is {{ nodes.fetch.output.a }}" }),
    node("choose", "switch", { cases: [{ port: "a", when: "nodes.fetch.output > 1" }] }),
  ],
  [flow("fetch", "text")],
);

describe("another id of a node", () => {
  it("is followed by those that name it, as many as were announced", () => {
    expect(mentions(graph, "fetch", typeOf)).toBe(2);
    expect(mentions(renameNode(graph, "fetch", "get", typeOf), "get", typeOf)).toBe(2);
    expect(mentions(graph, "choose", typeOf)).toBe(0);
  });

  it.each([
    ["get", null],
    ["fetch", null],
    ["", /letters/],
    ["a b", /letters/],
    ["x".repeat(65), /64/],
    ["text", /Another node/],
  ])("may be %j: %s", (id, problem) => {
    const found = idProblem(graph, "fetch", id);
    if (problem) expect(found).toMatch(problem);
    else expect(found).toBeNull();
  });
});
