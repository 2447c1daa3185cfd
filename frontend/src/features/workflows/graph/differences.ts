/** What is different between two graphs, in words. */

import { _, ngettext } from "@/gettext";
import type { Json, NodeType } from "@/types/models";

import type { TypeOf } from "./connect";
import { edgeKey, type Graph, type GraphEdge, type GraphNode, nameOf } from "./model";
import { sameJson, sameNode } from "./same";

export type Kind = "added" | "removed" | "changed";

export interface NodeDifference {
  nodeId: string;
  name: string;
  kind: Kind;
  /** "added", "removed", or what was changed: "address changed". */
  words: string;
}

export interface EdgeDifference {
  edge: GraphEdge;
  kind: "added" | "removed";
}

/** Positions and notes are left out: they never conflict. */
export interface Differences {
  nodes: NodeDifference[];
  edges: EdgeDifference[];
}

const LONGEST_VALUE = 24;

/** What was done to `before` to get `after`. */
export function compare(before: Graph, after: Graph, typeOf: TypeOf): Differences {
  return { nodes: nodeDifferences(before, after, typeOf), edges: edgeDifferences(before, after) };
}

export function areSame({ nodes, edges }: Differences): boolean {
  return nodes.length === 0 && edges.length === 0;
}

function nodeDifferences(before: Graph, after: Graph, typeOf: TypeOf): NodeDifference[] {
  const old = new Map(before.nodes.map((node) => [node.node_id, node]));
  const found: NodeDifference[] = [];
  for (const node of after.nodes) {
    const was = old.get(node.node_id);
    old.delete(node.node_id);
    if (!was) found.push(difference(node, "added", _("added")));
    else if (!sameNode(was, node)) {
      found.push(difference(node, "changed", changesOf(was, node, typeOf).join(", ")));
    }
  }
  return [...found, ...[...old.values()].map((node) => difference(node, "removed", _("removed")))];
}

const difference = (node: GraphNode, kind: Kind, words: string): NodeDifference => ({
  nodeId: node.node_id,
  name: nameOf(node),
  kind,
  words,
});

function edgeDifferences(before: Graph, after: Graph): EdgeDifference[] {
  const keysOf = (graph: Graph) => new Set(graph.edges.map(edgeKey));
  const [old, now] = [keysOf(before), keysOf(after)];
  return [
    ...after.edges.filter((edge) => !old.has(edgeKey(edge))).map((edge) => ({ edge, kind: "added" as const })),
    ...before.edges
      .filter((edge) => !now.has(edgeKey(edge)))
      .map((edge) => ({ edge, kind: "removed" as const })),
  ];
}

/** The changed fields of a node, one phrase each. */
function changesOf(before: GraphNode, after: GraphNode, typeOf: TypeOf): string[] {
  const found: string[] = [];
  const type = typeOf(after.component_type);
  if (before.component_type !== after.component_type) {
    found.push(_("now of the type %(type)s", { type: type?.label ?? after.component_type }));
  }
  if (before.label !== after.label) {
    found.push(_("renamed from “%(name)s”", { name: nameOf(before) }));
  }
  if (before.is_active !== after.is_active) {
    found.push(after.is_active ? _("turned on") : _("turned off"));
  }
  const fields = new Set([...Object.keys(before.config), ...Object.keys(after.config)]);
  for (const field of fields) {
    const [was, is] = [before.config[field], after.config[field]];
    if (!sameJson(was, is)) found.push(phrase(titleOf(type, field), is));
  }
  return found;
}

function titleOf(type: NodeType | undefined, field: string): string {
  return type?.config_schema.properties?.[field]?.title ?? field;
}

/** "Time limit: 20" where the value is short, else "Address changed". */
function phrase(title: string, value: Json | undefined): string {
  if (value === undefined) return _("%(title)s removed", { title });
  const isShort = typeof value !== "object" && String(value).length <= LONGEST_VALUE;
  return isShort && value !== "" ? `${title}: ${String(value)}` : _("%(title)s changed", { title });
}

/** An edge as people read it: "Fetch to Send (otherwise)". */
export function edgeInWords(edge: GraphEdge, ...graphs: readonly Graph[]): string {
  const name = (id: string) => {
    const node = graphs.flatMap((graph) => graph.nodes).find((each) => each.node_id === id);
    return node ? nameOf(node) : id;
  };
  const names = { source: name(edge.source), target: name(edge.target) };
  if (edge.kind !== "flow" || edge.source_port === "out") return _("%(source)s to %(target)s", names);
  return _("%(source)s to %(target)s (%(port)s)", { ...names, port: edge.source_port });
}

/** "2 connections added, 1 removed"; null where none differs. */
export function edgesInWords(edges: readonly EdgeDifference[]): string | null {
  const added = edges.filter(({ kind }) => kind === "added").length;
  const removed = edges.length - added;
  if (!edges.length) return null;
  return [
    added && ngettext("%(count)s added", "%(count)s added", added),
    removed && ngettext("%(count)s removed", "%(count)s removed", removed),
  ]
    .filter(Boolean)
    .join(", ");
}
