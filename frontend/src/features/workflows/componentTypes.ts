/**
 * The node types by name: the built-in ones from the build, all of the site once `node-types/`
 * has answered. A type that only the site has appears without a rebuild.
 */

import builtIn from "@/types/nodeTypes.json";
import type { ComponentType, JsonObject, NodeType } from "@/types/models";

const TYPES: Record<string, NodeType> = Object.fromEntries(
  (builtIn as unknown as NodeType[]).map((type) => [type.type, type]),
);
const eachType = <T>(read: (type: NodeType) => T) =>
  Object.fromEntries(
    Object.entries(TYPES).map(([name, type]) => [name, read(type)]),
  ) as Record<ComponentType, T>;

/** The colour of each type as `#rrggbb`, and its icon as a Lucide name. */
export const COMPONENT_COLORS = eachType((type) => type.colour);
export const COMPONENT_ICONS = eachType((type) => type.icon);

let offered: readonly NodeType[] = Object.values(TYPES);

/** The types that can be added, in the order of the site. */
export const offeredTypes = (): readonly NodeType[] => offered;

/** Add the types of this site, in the order of the palette. */
export function extendWith(types: readonly NodeType[]): void {
  offered = types;
  for (const type of types) {
    TYPES[type.type] = type;
    COMPONENT_COLORS[type.type] = type.colour;
    COMPONENT_ICONS[type.type] = type.icon;
  }
}

/** The declaration of a type; undefined for one that this site does not have. */
export function typeOf(type: ComponentType): NodeType | undefined {
  return TYPES[type];
}

export function isTool(type: ComponentType): boolean {
  return TYPES[type]?.can_be_tool ?? false;
}

export function isTrigger(type: ComponentType): boolean {
  return TYPES[type]?.kind === "trigger";
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

/** All types of the site, in the order of the palette. */
export const allTypes = (): NodeType[] => Object.values(TYPES);
