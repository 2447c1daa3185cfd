/** What the server refuses, as things to fix, each at its node. */

import type { FieldProblems } from "@/api/client";

import { typeOf } from "../componentTypes";
import { edgeInWords } from "../graph/differences";
import { edgeKey, type Graph, type GraphNode, nameOf, nodeOf } from "../graph/model";
import { type PlacedProblem, placeProblems } from "../graph/problems";
import type { Finding, Findings } from "./store";

/** `sent` is the graph that was refused: paths count in its lists. */
export function findingsFrom(problems: FieldProblems, sent: Graph): Findings {
  const items = placeProblems(sent, problems).flatMap((problem) => findingsAt(problem, sent));
  const title = items.length === 1 ? "1 thing to fix" : `${items.length} things to fix`;
  return { title, tone: "bad", items };
}

function findingsAt({ nodeId, edge, path, messages }: PlacedProblem, sent: Graph): Finding[] {
  const node = nodeId === null ? undefined : nodeOf(sent, nodeId);
  const at = sent.edges.find((each) => edgeKey(each) === edge);
  const field = node ? titleOf(node, path) : path;
  return messages.map((message) => {
    if (node) {
      const text = field ? `${field}: ${message}` : message;
      return { nodeId: node.node_id, name: nameOf(node), text };
    }
    if (at) return { nodeId: at.source, name: edgeInWords(at, sent), text: message };
    return { nodeId: null, name: "The workflow", text: message };
  });
}

/** The field as the form calls it; one inside of a list by its path. */
function titleOf(node: GraphNode, path: string): string {
  const field = path.replace(/^config\.?/, "");
  return typeOf(node.component_type)?.config_schema.properties?.[field]?.title ?? field;
}
