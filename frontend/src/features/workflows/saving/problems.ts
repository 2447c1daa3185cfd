/** What the server refuses, as things to fix, each at its node. */

import type { FieldProblems } from "@/api/client";
import { _, ngettext } from "@/gettext";

import { typeOf } from "../componentTypes";
import { edgeInWords } from "../graph/differences";
import { edgeKey, type Graph, type GraphNode, nameOf, nodeOf } from "../graph/model";
import { type PlacedProblem, placeProblems } from "../graph/problems";
import type { Finding, Findings } from "./store";

/** `sent` is the graph that was refused: paths count in its lists. */
export function findingsFrom(problems: FieldProblems, sent: Graph): Findings {
  const items = placeProblems(sent, problems).flatMap((problem) => findingsAt(problem, sent));
  const title = ngettext("%(count)s thing to fix", "%(count)s things to fix", items.length);
  return { title, tone: "bad", items };
}

function findingsAt({ nodeId, edge, path, messages }: PlacedProblem, sent: Graph): Finding[] {
  const node = nodeId === null ? undefined : nodeOf(sent, nodeId);
  const at = sent.edges.find((each) => edgeKey(each) === edge);
  const field = path.replace(/^config\.?/, "");
  return messages.map((message) => {
    if (node) {
      const text = field ? `${fieldInWords(node, field)}: ${message}` : message;
      return { nodeId: node.node_id, name: nameOf(node), field, text };
    }
    if (at) return { nodeId: at.source, name: edgeInWords(at, sent), field: "", text: message };
    return { nodeId: null, name: _("The workflow"), field: "", text: message };
  });
}

/** The field as the form calls it; one inside of a list by its path. */
export function fieldInWords(node: GraphNode, field: string): string {
  return typeOf(node.component_type)?.config_schema.properties?.[field]?.title ?? field;
}
