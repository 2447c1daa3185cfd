/** What the server refuses, as things to fix, each at its node. */

import type { FieldProblems } from "@/api/client";

import { type Graph, nameOf } from "../graph/model";
import { edgeInWords } from "../graph/differences";
import type { Finding, Findings } from "./store";

const PATH = /^(nodes|edges)\[(\d+)\]\.?(.*)$/;

/** `sent` is the graph that was refused: paths count its nodes. */
export function findingsFrom(problems: FieldProblems, sent: Graph): Findings {
  const items = Object.entries(problems).flatMap(([path, texts]) =>
    texts.map((text) => findingAt(path, text, sent)),
  );
  const title = items.length === 1 ? "1 thing to fix" : `${items.length} things to fix`;
  return { title, tone: "bad", items };
}

function findingAt(path: string, text: string, sent: Graph): Finding {
  const [, list, index, rest] = PATH.exec(path) ?? [];
  if (list === "nodes") {
    const node = sent.nodes[Number(index)];
    const field = rest?.replace(/^config\.?/, "") ?? "";
    if (node) {
      return { nodeId: node.node_id, name: nameOf(node), text: field ? `${field}: ${text}` : text };
    }
  }
  if (list === "edges") {
    const edge = sent.edges[Number(index)];
    if (edge) return { nodeId: edge.source, name: edgeInWords(edge, sent), text };
  }
  return { nodeId: null, name: "The workflow", text };
}
