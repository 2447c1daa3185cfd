import { describe, expect, it } from "vitest";

import { decode, type Draft, draftKey, encode, isExpired, MAX_DRAFT } from "./draft";
import { flow, graphWith, node } from "./testing";

const graph = graphWith([node("a"), node("b")], [flow("a", "b")]);
const draft: Draft = {
  at: "2026-03-29T10:00:00.000Z",
  base: { graph, graphVersion: 3, etag: '"v3"' },
  graph: { ...graph, edges: [] },
};

describe("a draft", () => {
  it("comes back from its text as it was", () => {
    expect(decode(encode(draft))).toEqual(draft);
  });

  it("is not kept when it is too large", () => {
    const large = graphWith([node("a", "step", { text: "x".repeat(MAX_DRAFT) })]);
    expect(encode({ ...draft, graph: large })).toBeNull();
  });

  it.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["another value", "[1]"],
    ["another format", JSON.stringify({ format: 2, ...draft })],
    ["no time", JSON.stringify({ format: 1, ...draft, at: "then" })],
    ["half a graph", JSON.stringify({ format: 1, ...draft, graph: { nodes: [] } })],
    ["no base", JSON.stringify({ format: 1, ...draft, base: undefined })],
  ])("is none of a text with %s", (_, text) => {
    expect(decode(text)).toBeNull();
  });

  it("expires after a month", () => {
    expect(isExpired(draft, new Date("2026-04-20T00:00:00Z"))).toBe(false);
    expect(isExpired(draft, new Date("2026-05-20T00:00:00Z"))).toBe(true);
  });

  it("has a key of its user, workflow and tab", () => {
    expect(draftKey("ada:x", "w1", "t")).toBe("ostinato:draft:ada%3Ax:w1:t");
    expect(draftKey("ada", "w1", "t").startsWith(draftKey("ada", "w1"))).toBe(true);
  });
});
