/** The schema of a node's configuration as its form shows it. */

import { _ } from "@/gettext";
import type { JsonObject, JsonSchema, WorkflowFunction } from "@/types/models";

import { functionNamed } from "../../functions";

/**
 * The schema with the arguments of the chosen function as fields. `function` and `arguments` are
 * told by the widget and by the field that follows it.
 */
export function effectiveSchema(
  schema: JsonSchema,
  config: JsonObject,
  functions: readonly WorkflowFunction[] | null,
): JsonSchema {
  const [naming] =
    Object.entries(schema.properties ?? {}).find(([, part]) => part["x-widget"] === "function") ?? [];
  const given = schema.properties?.arguments;
  const chosen = naming && functionNamed(functions ?? [], config[naming]);
  // One expression may stand for all arguments.
  if (!chosen || !given || typeof config.arguments === "string") return schema;
  const { "x-widget": _widget, ...about } = given;
  const fields = chosen.arguments_schema as JsonSchema;
  const hasSome = Object.keys(fields.properties ?? {}).length > 0;
  const properties = { ...schema.properties };
  if (hasSome) properties.arguments = { ...about, ...fields, title: given.title ?? _("Arguments") };
  else if (config.arguments === undefined) delete properties.arguments;
  return { ...schema, properties };
}

/** The titles of the fields that the model of an agent fills in at a tool. */
export function leftToModel(schema: JsonSchema, config: JsonObject, titleOf: (name: string, part: JsonSchema) => string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    if (name.startsWith("tool_") || part["x-widget"] === "function") return [];
    const given = config[name];
    if (name !== "arguments" || !part.properties) return given === undefined ? [titleOf(name, part)] : [];
    return leftToModel(part, (given ?? {}) as JsonObject, titleOf);
  });
}
