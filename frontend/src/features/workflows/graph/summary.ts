/** One line about what a node is configured to do: made from its schema, not from its type. */

import { _, listed } from "@/gettext";
import type { Json, JsonSchema, NodeType } from "@/types/models";
import { singular, within } from "@/ui/words";

import { type GraphNode, nameOf } from "./model";
import { valuesAt } from "./ports";

const MAX_LENGTH = 80;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function summaryOf(node: GraphNode, type: NodeType | undefined): string {
  if (!type) return _("%(type)s: not on this site", { type: node.component_type });
  const line = address(node, type) ?? branches(node, type) ?? firstValue(node, type) ?? type.label;
  return line === nameOf(node) ? node.node_id : line;
}

/** "GET api.example.com/invoices", where a schema has a method and an address. */
function address({ config }: GraphNode, { config_schema: { properties = {} } }: NodeType) {
  const url = properties.url && config.url;
  if (typeof url !== "string" || !url) return null;
  const method = config.method ?? properties.method?.default;
  const place = url.replace(/^[a-z]+:\/\//i, "").replace(/[?#].*$/s, "");
  return oneLine(typeof method === "string" ? `${method} ${place}` : place);
}

/** "2 cases and otherwise", where the ports come from the configuration. */
function branches({ config }: GraphNode, type: NodeType): string | null {
  const fields = type.port_fields;
  const parts = fields.flatMap((path) => {
    const [name = ""] = path.split(/\[|\./);
    const title = within(type.config_schema.properties?.[name]?.title ?? name);
    if (!path.includes("[]")) return [title];
    const count = valuesAt(config, path).length;
    return [`${count} ${count === 1 ? singular(title) : title}`];
  });
  return parts.length ? listed(parts) : null;
}

/** The first required field that says something, else the first field that does. */
function firstValue({ config }: GraphNode, { config_schema }: NodeType): string | null {
  const { properties = {}, required = [] } = config_schema;
  const fields = Object.keys(properties);
  const inOrder = [...required, ...fields.filter((name) => !required.includes(name))];
  for (const name of inOrder) {
    const value = config[name];
    const part = properties[name];
    if (value === undefined || !part || value === part.default) continue;
    const line = inWords(value, part);
    if (line) return line;
  }
  return null;
}

function inWords(value: Json, part: JsonSchema): string | null {
  if (typeof value === "string") return UUID.test(value) ? null : oneLine(value) || null;
  if (typeof value === "number") return `${value} ${part["x-unit"] ?? ""}`.trim();
  if (typeof value === "boolean") return value ? (part.title ?? null) : null;
  if (Array.isArray(value)) {
    return oneLine(value.filter((item) => typeof item === "string").join(", ")) || null;
  }
  return value === null ? null : (part.title ?? null);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}
