/** Which field a part of a schema becomes. */

import type { Json, JsonSchema } from "@/types/models";

import { isObject } from "../../graph/paths";

export type TemplateKind = "text" | "value" | "condition";
export type Kind =
  | "text"
  | "boolean"
  | "choice"
  | "list"
  | "cards"
  | "group"
  | "table"
  | "json"
  | "function"
  | "workflow"
  | "schedule"
  | "secret";

const LONG = 300;
const OWN_WIDGETS = ["function", "workflow", "schedule", "secret"] as const;
const SIMPLE = ["string", "number", "integer", "boolean"];

/** Without the null that stands for "not given". */
export function plain(schema: JsonSchema): JsonSchema {
  const ways = schema.anyOf?.filter((way) => way.type !== "null");
  const { anyOf: _, ...about } = schema;
  if (ways?.length === 1) return plain({ ...ways[0], ...about });
  return schema;
}

/** The names of the types that a value may have; empty for any. */
export function typesOf(schema: JsonSchema): string[] {
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap(typesOf))];
  if (schema.type === undefined) return [];
  return [schema.type].flat().filter((type) => type !== "null");
}

/** The field for a schema and for the value that is there. */
export function kindOf(given: JsonSchema, value: Json | undefined, template: TemplateKind | null): Kind {
  const schema = plain(given);
  const types = typesOf(schema);
  const widget = OWN_WIDGETS.find((each) => each === schema["x-widget"]);
  if (widget) return widget;
  if (schema.enum) return "choice";
  const isTemplate = template === "value" && typeof value === "string";
  if (isTemplate && types.length) return types.some((type) => !SIMPLE.includes(type)) ? "json" : "text";
  const kind = kindByType(schema, types);
  return fits(kind, value) ? kind : "json";
}

function kindByType(schema: JsonSchema, types: string[]): Kind {
  if (types.length === 0 || types.includes("null")) return "json";
  if (types.every((type) => SIMPLE.includes(type))) return isYesOrNo(types) ? "boolean" : "text";
  if (types.length > 1 || schema["x-widget"] === "code") return "json";
  if (types[0] === "array") return kindOfList(plain(schema.items ?? {}));
  if (schema.properties && Object.keys(schema.properties).length) return "group";
  const inside = isSchema(schema.additionalProperties) ? typesOf(schema.additionalProperties) : [];
  return inside.length === 1 && SIMPLE.includes(inside[0]!) ? "table" : "json";
}

/** Yes or no, or a template for it. */
const isYesOrNo = (types: string[]) =>
  types.includes("boolean") && types.every((type) => type === "boolean" || type === "string");

function kindOfList(items: JsonSchema): Kind {
  const types = typesOf(items);
  if (types.length && types.every((type) => SIMPLE.includes(type))) return "list";
  return types[0] === "object" && items.properties ? "cards" : "json";
}

const isSchema = (schema: boolean | JsonSchema | undefined): schema is JsonSchema =>
  typeof schema === "object";

/** Whether a field can show the value; one that it cannot is shown as JSON. */
function fits(kind: Kind, value: Json | undefined): boolean {
  if (value === undefined) return true;
  if (kind === "list") return Array.isArray(value) && value.every((item) => !isNested(item));
  if (kind === "cards") return Array.isArray(value) && value.every(isObject);
  if (kind === "group") return isObject(value);
  if (kind === "table") return isObject(value) && Object.values(value).every((part) => !isNested(part));
  return kind === "json" || !isNested(value);
}

const isNested = (value: Json) => value !== null && typeof value === "object";

/** Whether a text gets several lines. */
export function isLong(schema: JsonSchema, template: TemplateKind | null): boolean {
  if (schema["x-widget"] === "textarea" || schema["x-widget"] === "code") return template !== "condition";
  return template === null && (schema.maxLength ?? 0) > LONG;
}

/** Whether a field is short enough to share its line. */
export function isShort(kind: Kind, schema: JsonSchema): boolean {
  const types = typesOf(plain(schema));
  if (kind === "choice") return (schema.enum ?? []).every((each) => String(each).length < 14);
  return kind === "text" && types.some((type) => type === "number" || type === "integer");
}

/** `schedule_type` is "Schedule type". */
export function titleOf(name: string | number, schema: JsonSchema): string {
  const words = String(name).replaceAll("_", " ").trim();
  return schema.title ?? words.charAt(0).toUpperCase() + words.slice(1);
}
