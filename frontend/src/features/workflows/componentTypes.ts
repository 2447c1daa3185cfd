/**
 * The node types by name. The build knows the icons and colours of the built-in ones; all of the
 * site come from `node-types/`, so a type that only the site has appears without a rebuild.
 */

import { _ } from "@/gettext";
import builtIn from "@/types/nodeTypes.json";
import type { ComponentType, JsonObject, JsonSchema, NodeType } from "@/types/models";

type ByType<T> = Record<ComponentType, T>;
const fromBuild = <T>(read: (type: (typeof builtIn)[number]) => T) =>
  Object.fromEntries(builtIn.map((type) => [type.type, read(type)])) as ByType<T>;

/** The colour of each type as `#rrggbb`, and its icon as a Lucide name. */
export const COMPONENT_COLORS = fromBuild((type) => type.colour);
export const COMPONENT_ICONS = fromBuild((type) => type.icon);
const CAN_BE_TOOL = fromBuild((type) => type.can_be_tool);

const types = new Map<string, NodeType>();

/** The types of this site, in the order of the palette. */
export const allTypes = (): NodeType[] => [...types.values()];

/** Learn the types of this site, given in the order of the palette. */
export function extendWith(known: readonly NodeType[]): void {
  for (const type of known) {
    types.set(type.type, inLanguage(type));
    COMPONENT_COLORS[type.type] = type.colour;
    COMPONENT_ICONS[type.type] = type.icon;
    CAN_BE_TOOL[type.type] = type.can_be_tool;
  }
}

/** The declaration of a type; undefined for one that this site does not have. */
export function typeOf(type: ComponentType): NodeType | undefined {
  return types.get(type);
}

export function isTool(type: ComponentType): boolean {
  return CAN_BE_TOOL[type] ?? false;
}

export function isTrigger(type: ComponentType): boolean {
  return types.get(type)?.kind === "trigger";
}

/** The configuration of a new node: what the schema gives as defaults. */
export function defaultConfig(type: NodeType): JsonObject {
  const config: JsonObject = {};
  for (const [name, part] of Object.entries(type.config_schema.properties ?? {})) {
    if (part.default !== undefined && type.config_schema.required?.includes(name)) {
      config[name] = part.default;
    }
  }
  return config;
}

/** The type with its texts in the language of the page: the API has them in English. */
function inLanguage(type: NodeType): NodeType {
  return {
    ...type,
    label: _(type.label),
    description: _(type.description),
    category: _(type.category),
    config_schema: schemaInLanguage(type.config_schema),
  };
}

function schemaInLanguage(schema: JsonSchema): JsonSchema {
  const { title, description, properties, items } = schema;
  return {
    ...schema,
    ...(title ? { title: _(title) } : {}),
    ...(description ? { description: _(description) } : {}),
    ...(items ? { items: schemaInLanguage(items) } : {}),
    ...(properties ? { properties: partsInLanguage(properties) } : {}),
  };
}

const partsInLanguage = (parts: Record<string, JsonSchema>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, schemaInLanguage(part)]));
