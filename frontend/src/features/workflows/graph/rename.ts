/** Giving a node another id: edges and templates follow. */

import type { Json, JsonObject } from "@/types/models";

import type { Graph, GraphNode } from "./model";
import type { TypeOf } from "./connect";
import { matchesField } from "./paths";

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const EXPRESSIONS = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** Why a node cannot have this id, as a sentence; null if it can. */
export function idProblem(graph: Graph, from: string, to: string): string | null {
  if (!ID.test(to)) return "1 to 64 letters, digits, hyphens and underscores.";
  const isTaken = to !== from && graph.nodes.some((node) => node.node_id === to);
  return isTaken ? `Another node has the id “${to}”.` : null;
}

export function renameNode(graph: Graph, from: string, to: string, typeOf: TypeOf): Graph {
  const other = (id: string) => (id === from ? to : id);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const config = followed(node, from, to, typeOf);
      return { ...node, config, node_id: other(node.node_id) };
    }),
    edges: graph.edges.map((edge) => ({
      ...edge,
      source: other(edge.source),
      target: other(edge.target),
    })),
  };
}

/** How many nodes name the node in their templates and conditions. */
export function mentions(graph: Graph, nodeId: string, typeOf: TypeOf): number {
  return graph.nodes.filter((node) => followed(node, nodeId, `${nodeId}_`, typeOf) !== node.config)
    .length;
}

/** The configuration with the new id in its expressions; the same object if none names it. */
function followed(node: GraphNode, from: string, to: string, typeOf: TypeOf): JsonObject {
  const type = typeOf(node.component_type);
  const templates = [...(type?.text_templates ?? []), ...(type?.value_templates ?? [])];
  const conditions = type?.condition_fields ?? [];
  const replace = (text: string, path: readonly (string | number)[]): string => {
    if (conditions.some((field) => matchesField(path, field))) return inExpression(text, from, to);
    if (!templates.some((field) => matchesField(path, field))) return text;
    return text.replace(EXPRESSIONS, (expression) => inExpression(expression, from, to));
  };
  return mapTexts(node.config, [], replace) as JsonObject;
}

function inExpression(expression: string, from: string, to: string): string {
  const id = from.replace(/[^\w]/g, "\\$&");
  const named = new RegExp(
    `(?<![\\w.])nodes\\s*(?:\\.\\s*${id}(?!\\w)|\\[\\s*(["'])${id}\\1\\s*\\])`,
    "g",
  );
  const written = /^[A-Za-z_]\w*$/.test(to) ? `nodes.${to}` : `nodes["${to}"]`;
  return expression.replace(named, written);
}

/** `value` with each text in it replaced; the same object where none changes. */
function mapTexts(
  value: Json,
  path: readonly (string | number)[],
  replace: (text: string, path: readonly (string | number)[]) => string,
): Json {
  if (typeof value === "string") return replace(value, path);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => mapTexts(item, [...path, index], replace));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const pairs = Object.entries(value).map(
    ([name, part]) => [name, mapTexts(part, [...path, name], replace)] as const,
  );
  return pairs.some(([name, part]) => part !== value[name]) ? Object.fromEntries(pairs) : value;
}

