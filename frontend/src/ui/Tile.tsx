import { type CSSProperties } from "react";

import { COMPONENT_COLORS, COMPONENT_ICONS } from "@/features/workflows/componentTypes";
import type { ComponentType } from "@/types/models";

import { Icon } from "./Icon";

/** The icon of a node type in its colour. Ground and ink are mixed from that colour in CSS. */
export function Tile({ type, small = false }: { type: ComponentType; small?: boolean }) {
  const style = { "--kind": COMPONENT_COLORS[type] ?? "#6b655c" } as CSSProperties;
  return (
    <span className={small ? "o-tile o-tile--s" : "o-tile"} style={style}>
      <Icon name={COMPONENT_ICONS[type] ?? "circle-question-mark"} />
    </span>
  );
}
