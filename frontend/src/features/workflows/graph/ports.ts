/** The ports through which the flow leaves a node. Mirrors `Component.ports_of` in Python. */

import type { Json, NodeType } from "@/types/models";

import { indexOf } from "./lookup";
import type { Graph, GraphNode } from "./model";

/**
 * Those that the node's configuration names at `port_fields` (`cases[].port`, `default`), each
 * once; where it names none, those of the type.
 */
export function portsOf(node: GraphNode, type: NodeType | undefined): string[] {
  if (!type) return ["out"];
  const named = type.port_fields.flatMap((field) => {
    const found = valuesAt(node.config, field);
    const fallback = type.config_schema.properties?.[field]?.default;
    return found.length || typeof fallback !== "string" ? found : [fallback];
  });
  return named.length ? [...new Set(named)] : [...type.ports];
}

/** The ports to draw: also those that edges use although the node does not have them (any more). */
export function drawnPorts(graph: Graph, node: GraphNode, type: NodeType | undefined): string[] {
  const used = indexOf(graph).outgoing.get(node.node_id) ?? [];
  return [...new Set([...portsOf(node, type), ...used.map((edge) => edge.source_port)])];
}

/** The texts at a path such as `cases[].port`. */
export function valuesAt(value: Json, path: string): string[] {
  if (path === "") return typeof value === "string" && value ? [value] : [];
  const [first = "", ...rest] = path.split(".");
  const name = first.replace("[]", "");
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [];
  const inner = value[name] ?? null;
  const items = first.endsWith("[]") ? (Array.isArray(inner) ? inner : []) : [inner];
  return items.flatMap((item) => valuesAt(item, rest.join(".")));
}
