import { expect, it } from "vitest";

import { flow, graphWith, node, tool, typeOf } from "./testing";
import { countInWords, nodesInWords } from "./words";

const GRAPH = graphWith(
  [
    node("begin", "start"),
    node("decide", "switch", { cases: [{ port: "some", when: "true" }] }),
    node("ask", "agent"),
    node("find", "helper"),
  ],
  [flow("begin", "decide"), flow("decide", "ask", "some"), tool("find", "ask")],
);
const words = nodesInWords(GRAPH, typeOf);

it("says what a node is, its place, and what follows it", () => {
  expect(words.get("begin")).toBe("begin, Start, step 1, leads to decide");
  expect(words.get("ask")).toBe("ask, Agent, step 3, has 1 tool");
  expect(words.get("find")).toBe("find, Helper, tool of ask");
});

it("says of each branch where it leads, or that it leads nowhere", () => {
  expect(words.get("decide")).toBe(
    "decide, Switch, step 2, some leads to ask, default leads nowhere yet",
  );
});

it("counts in words", () => {
  expect(countInWords(1)).toBe("1 node");
  expect(countInWords(3, 1, 2)).toBe("3 nodes, 1 note and 2 connections");
});
