/** From something to fix to where it is fixed. */

import { closeRun } from "@/features/runs/follow";

import { nodeOf } from "../graph/model";
import { useEditor } from "../store/editor";
import { reveal } from "../store/flow";
import { closeVersions } from "../versions/store";
import type { Finding } from "./store";

/** Show the settings of the node, with the focus in its field. */
export function goTo({ nodeId, field }: Pick<Finding, "nodeId" | "field">): void {
  const node = nodeId === null ? undefined : nodeOf(useEditor.getState().history.now, nodeId);
  if (!node) return;
  closeVersions();
  closeRun();
  useEditor.getState().select({ nodes: new Set([node.node_id]) });
  reveal(node.position);
  if (field) focusField(field);
}

/** As soon as the form is there, and no dialog before it. */
function focusField(field: string, tries = 60): void {
  const control = controlOf(field);
  control?.focus();
  if (control && document.activeElement === control) return control.scrollIntoView({ block: "center" });
  if (tries > 0) requestAnimationFrame(() => focusField(field, tries - 1));
}

/** The control of a field; of the one around it, if it has none of its own. */
function controlOf(field: string): HTMLElement | null {
  for (let path = field; path; path = path.replace(/(?:^|\.|\[)[^.[]*$/, "")) {
    const frame = document.querySelector(`.o-panel [data-path="${CSS.escape(path)}"]`);
    const control = frame?.querySelector<HTMLElement>("input, textarea, select, button");
    if (control) return control;
  }
  return null;
}
