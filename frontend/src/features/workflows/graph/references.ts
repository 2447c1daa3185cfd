/** References to the output of other nodes in texts of a configuration: `nodes.fetch.output`. */

import type { Json, JsonObject } from "@/types/models";

/** New ids by the old ones. */
export type Renamed = ReadonlyMap<string, string>;

const REFERENCE = /\bnodes(?:\.([A-Za-z_]\w*)|\[\s*(["'])([\w-]+)\2\s*\])/g;
const TEMPLATE = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/**
 * The configuration with its references following renamed nodes. They stand inside of
 * `{{ }}` and `{% %}`, and anywhere in the conditions, which `conditions` names by their paths
 * (`cases[].when`).
 */
export function followRenamed(
  config: JsonObject,
  renamed: Renamed,
  conditions: readonly string[] = [],
): JsonObject {
  return walk(config, renamed, conditions, "") as JsonObject;
}

function walk(value: Json, renamed: Renamed, conditions: readonly string[], path: string): Json {
  if (typeof value === "string") {
    return conditions.includes(path)
      ? inExpression(value, renamed)
      : value.replace(TEMPLATE, (part) => inExpression(part, renamed));
  }
  if (Array.isArray(value)) {
    return value.map((item) => walk(item, renamed, conditions, `${path}[]`));
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      walk(inner, renamed, conditions, path ? `${path}.${name}` : name),
    ]),
  );
}

function inExpression(text: string, renamed: Renamed): string {
  return text.replace(REFERENCE, (whole, dotted?: string, _?: string, quoted?: string) => {
    const id = renamed.get(dotted ?? quoted ?? "");
    return id === undefined ? whole : referenceTo(id);
  });
}

/** `nodes.fetch`; an id that is no word needs brackets: `nodes["fetch-2"]`. */
export function referenceTo(nodeId: string): string {
  return /^[A-Za-z_]\w*$/.test(nodeId) ? `nodes.${nodeId}` : `nodes["${nodeId}"]`;
}
