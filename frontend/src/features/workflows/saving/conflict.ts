/** Another save came first: what each side changed since the graph that both began with. */

import { _ } from "@/gettext";

import { typeOf } from "../componentTypes";
import { areSame, compare, type Differences, edgesInWords, type NodeDifference } from "../graph/differences";
import { type Merged, merge } from "../graph/merge";
import type { Graph } from "../graph/model";
import type { Saved } from "../store/editor";
import type { Conflict, Finding } from "./store";

type Circumstances = Pick<Conflict, "since" | "isRestore">;

/** What stands against each other. */
export function conflictOf(
  base: Saved,
  mine: Graph,
  theirs: Saved,
  { since, isRestore }: Circumstances,
): Conflict {
  return {
    isRestore,
    base,
    mine,
    theirs,
    since,
    yourDifferences: compare(base.graph, mine, typeOf),
    theirDifferences: compare(base.graph, theirs.graph, typeOf),
    merged: merge(base.graph, mine, theirs.graph, typeOf),
  };
}

/** Whether anything stands against anything: one of the two may have moved nodes alone. */
export function isConflict({ yourDifferences, theirDifferences }: Conflict): boolean {
  return !areSame(yourDifferences) && !areSame(theirDifferences);
}

/** Whether a merge needs no look: nobody loses anything. */
export function isHarmless({ flagged, dropped }: Merged): boolean {
  return flagged.length === 0 && dropped.length === 0;
}

export interface ConflictRow {
  name: string;
  /** Null: as before. */
  yours: string | null;
  theirs: string | null;
  /** Whether both changed it, each in another way. */
  isClash: boolean;
}

/** The table of the dialog: a row a node, and one for the connections. */
export function rowsOf({ yourDifferences, theirDifferences, merged }: Conflict): ConflictRow[] {
  const clashes = new Set(merged.flagged.map((flag) => flag.nodeId));
  const yours = byNode(yourDifferences);
  const theirs = byNode(theirDifferences);
  const rows = [...new Set([...yours.keys(), ...theirs.keys()])].map((id) => ({
    name: theirs.get(id)?.name ?? yours.get(id)?.name ?? id,
    yours: yours.get(id)?.words ?? null,
    theirs: theirs.get(id)?.words ?? null,
    isClash: clashes.has(id),
  }));
  const [own, other] = [edgesInWords(yourDifferences.edges), edgesInWords(theirDifferences.edges)];
  if (!own && !other) return rows;
  const isClash = merged.dropped.length > 0;
  return [...rows, { name: _("Connections"), yours: own, theirs: other, isClash }];
}

const byNode = ({ nodes }: Differences): Map<string, NodeDifference> =>
  new Map(nodes.map((node) => [node.nodeId, node]));

/** What people look at after a merge. */
export function findingsOf({ graph, flagged, dropped }: Merged, nameOfEdge: (index: number) => string) {
  const there = new Set(graph.nodes.map((node) => node.node_id));
  const nodes: Finding[] = flagged.map(({ nodeId, name, reason }) => ({
    nodeId: there.has(nodeId) ? nodeId : null,
    name,
    text: reason,
    field: "",
  }));
  const edges: Finding[] = dropped.map(({ edge, reason }, index) => ({
    nodeId: [edge.source, edge.target].find((id) => there.has(id)) ?? null,
    name: nameOfEdge(index),
    field: "",
    text: _("The connection was left out: %(reason)s", { reason }),
  }));
  return [...nodes, ...edges];
}
