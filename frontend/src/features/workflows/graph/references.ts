/** References to the output of other nodes in texts of a configuration: `nodes.fetch.output`. */

import type { Json, JsonObject } from "@/types/models";

import type { TypeOf } from "./connect";
import type { GraphNode } from "./model";
import { matchesField, type Path } from "./paths";

/** New ids by the old ones. */
export type Renamed = ReadonlyMap<string, string>;

const REFERENCE =
  /(?<![\w.])nodes\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*(["'])([\w-]+)\2\s*\])/g;
const EXPRESSIONS = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/**
 * The configuration of a node with its references following renamed nodes; the same object if
 * it names none of them. They stand in the conditions of its type, and inside of `{{ }}` and
 * `{% %}` in its templates. Of a type that the site does not have, every text may be a template.
 */
export function followRenamed(node: GraphNode, renamed: Renamed, typeOf: TypeOf): JsonObject {
  const type = typeOf(node.component_type);
  const conditions = type?.condition_fields ?? [];
  const templates = type && [...(type.text_templates ?? []), ...(type.value_templates ?? [])];
  const replace = (text: string, path: Path): string => {
    if (conditions.some((field) => matchesField(path, field))) return inExpression(text, renamed);
    if (templates && !templates.some((field) => matchesField(path, field))) return text;
    return text.replace(EXPRESSIONS, (expression) => inExpression(expression, renamed));
  };
  return mapTexts(node.config, [], replace) as JsonObject;
}

function inExpression(text: string, renamed: Renamed): string {
  return text.replace(REFERENCE, (whole, dotted?: string, _?: string, quoted?: string) => {
    const id = renamed.get(dotted ?? quoted ?? "");
    return id === undefined ? whole : referenceTo(id);
  });
}

/** `nodes.fetch`; an id that is no word needs brackets: `nodes["fetch-2"]`. */
function referenceTo(nodeId: string): string {
  return /^[A-Za-z_]\w*$/.test(nodeId) ? `nodes.${nodeId}` : `nodes["${nodeId}"]`;
}

/** `value` with each text in it replaced; the same object where none changes. */
function mapTexts(value: Json, path: Path, replace: (text: string, path: Path) => string): Json {
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
