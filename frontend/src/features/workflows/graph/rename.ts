/** Whether a node can have another id, and who would follow. `renameNode` does it. */

import { _ } from "@/gettext";

import type { TypeOf } from "./connect";
import type { Graph } from "./model";
import { followRenamed } from "./references";

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Why a node cannot have this id, as a sentence; null if it can. */
export function idProblem(graph: Graph, from: string, to: string): string | null {
  if (!ID.test(to)) return "1 to 64 letters, digits, hyphens and underscores.";
  const isTaken = to !== from && graph.nodes.some((node) => node.node_id === to);
  return isTaken ? _("Another node has the id “%(to)s”.", { to }) : null;
}

/** How many nodes name the node in their templates and conditions. */
export function mentions(graph: Graph, nodeId: string, typeOf: TypeOf): number {
  const renamed = new Map([[nodeId, `${nodeId}_`]]);
  return graph.nodes.filter((node) => followRenamed(node, renamed, typeOf) !== node.config).length;
}
